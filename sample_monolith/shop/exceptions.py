"""Errors a customer can cause. Pages flash them, the API answers them as JSON."""


class ShopError(Exception):
    """Something the customer asked for that the shop can't do."""

    status_code = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EmptyCart(ShopError):
    """Checkout of a cart without lines."""


class InvalidPromotion(ShopError):
    """A code that is unknown, expired, used up or not meant for this cart."""


class InvalidTransition(ShopError):
    """An order asked to move to a state that it can't reach from where it is."""

    status_code = 409


class PaymentDeclined(ShopError):
    """The provider refused the card."""

    status_code = 402


class InvalidSignature(ShopError):
    """A callback whose signature doesn't match its body."""

    status_code = 401


class OutOfStock(ShopError):
    """More units wanted than are free to sell."""

    status_code = 409

    def __init__(self, product_id: int, requested: int, available: int) -> None:
        super().__init__(f"Only {available} left in stock, {requested} requested.")
        self.product_id = product_id
        self.requested = requested
        self.available = available
