"""A provider that needs no network: the last digits of the card decide."""

DECLINED_ENDINGS = ("0002", "9995")


def authorise(card_number: str, amount_cents: int) -> bool:
    """Tell whether the card would be good for the amount."""
    return amount_cents > 0 and not card_number.endswith(DECLINED_ENDINGS)
