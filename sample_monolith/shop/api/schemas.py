"""What goes over the wire, and reading what comes in."""

from flask import abort, request, url_for


def json_body(*required):
    """Return the request's JSON object, refusing it when a field is missing."""
    body = request.get_json()
    if not isinstance(body, dict):
        abort(400, description="A JSON object is expected.")
    missing = [name for name in required if body.get(name) in (None, "")]
    if missing:
        abort(400, description=f"Missing: {', '.join(missing)}.")
    return body


def integer(body, name, default=None, minimum=None):
    """Return a whole number from the body, refusing anything else."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        abort(400, description=f"{name} must be a whole number.")
    if minimum is not None and value < minimum:
        abort(400, description=f"{name} must be at least {minimum}.")
    return value


def user_as_json(user):
    return {"id": user.id, "name": user.name, "email": user.email, "role": user.role.value}


def address_as_json(address):
    return {
        "id": address.id,
        "recipient": address.recipient,
        "street": address.street,
        "postcode": address.postcode,
        "city": address.city,
        "country": address.country,
    }


def category_as_json(category):
    return {
        "id": category.id,
        "name": category.name,
        "slug": category.slug,
        "children": [category_as_json(child) for child in category.children],
    }


def product_as_json(product):
    return {
        "id": product.id,
        "sku": product.sku,
        "name": product.name,
        "price_cents": product.price_cents,
        "status": product.status.value,
        "category": product.category.slug if product.category else None,
        "tags": [tag.name for tag in product.tags],
        "available": product.available,
        "rating": {"average": product.rating_average, "count": product.rating_count},
        "url": url_for("catalogue.product", slug=product.slug),
        "image": url_for("catalogue.media", name=product.image_name)
        if product.image_name
        else None,
    }


def cart_as_json(cart, quote=None):
    if cart is None:
        return {"items": [], "subtotal_cents": 0, "promotion_code": None}
    return {
        "items": [
            {
                "product_id": item.product_id,
                "name": item.product.name,
                "quantity": item.quantity,
                "total_cents": item.total_cents,
            }
            for item in cart.items
        ],
        "subtotal_cents": cart.subtotal_cents,
        "promotion_code": cart.promotion_code,
        "discount_cents": quote.discount if quote else 0,
    }


def order_as_json(order):
    return {
        "number": order.number,
        "status": order.status.value,
        "subtotal_cents": order.subtotal_cents,
        "discount_cents": order.discount_cents,
        "shipping_cents": order.shipping_cents,
        "tax_cents": order.tax_cents,
        "total_cents": order.total_cents,
        "shipping_method": order.shipping_method.code,
        "promotion": order.promotion.code if order.promotion else None,
        "lines": [
            {
                "product_id": line.product_id,
                "name": line.product_name,
                "quantity": line.quantity,
                "unit_price_cents": line.unit_price_cents,
            }
            for line in order.lines
        ],
        "history": [event.status.value for event in order.events],
        "payments": [
            {"reference": payment.reference, "status": payment.status.value}
            for payment in order.payments
        ],
        "tracking_code": order.shipment.tracking_code if order.shipment else None,
    }


def review_as_json(review):
    return {
        "id": review.id,
        "author": review.author.name,
        "rating": review.rating,
        "title": review.title,
        "body": review.body,
        "status": review.status.value,
        "helpful": len(review.votes),
    }


def notification_as_json(message):
    return {
        "id": message.id,
        "kind": message.kind.value,
        "subject": message.subject,
        "body": message.body,
        "read": message.read_at is not None,
    }
