"""Pictures of products, kept as files in the upload folder."""

from pathlib import Path

from flask import current_app
from werkzeug.utils import secure_filename

from shop.extensions import db


def upload_folder():
    folder = Path(current_app.config["UPLOAD_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def save_product_image(product, filename, data: bytes):
    """Write the file and name it in the product, dropping the one it had before."""
    name = f"{product.id}-{secure_filename(filename)}"
    if product.image_name and product.image_name != name:
        (upload_folder() / product.image_name).unlink(missing_ok=True)
    (upload_folder() / name).write_bytes(data)
    product.image_name = name
    db.session.commit()
    return name
