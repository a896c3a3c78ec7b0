"""Settings, each overridable by an environment variable of the same name."""

import os


def database_url() -> str:
    """Return the database address; hosting platforms still hand out ``postgres://``."""
    url = os.environ.get("DATABASE_URL", "sqlite:///shop.db")
    return url.replace("postgres://", "postgresql://", 1)


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY", "change-me-in-production")
    SQLALCHEMY_DATABASE_URI = database_url()
    UPLOAD_FOLDER = os.environ.get("UPLOAD_FOLDER")
    MAX_CONTENT_LENGTH = int(os.environ.get("MAX_CONTENT_LENGTH", "2097152"))
    PASSWORD_HASH_METHOD = os.environ.get("PASSWORD_HASH_METHOD", "scrypt")
    PAYMENT_CALLBACK_SECRET = os.environ.get("PAYMENT_CALLBACK_SECRET", "sandbox-secret")
    CARRIER_TOKEN = os.environ.get("CARRIER_TOKEN", "carrier-secret")
    CART_LIFETIME_HOURS = int(os.environ.get("CART_LIFETIME_HOURS", "72"))
    LAST_SEEN_INTERVAL_SECONDS = int(os.environ.get("LAST_SEEN_INTERVAL_SECONDS", "60"))
    PAGE_SIZE = int(os.environ.get("PAGE_SIZE", "12"))
    SHOP_NAME = os.environ.get("SHOP_NAME", "Harbour & Co.")
