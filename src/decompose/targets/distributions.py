"""Which distributions an import comes from, where the names don't tell."""

from __future__ import annotations

_MODULES = {
    "attrs": ("attr", "attrs"),
    "beautifulsoup4": ("bs4",),
    "google-api-python-client": ("googleapiclient", "apiclient"),
    "google-auth": ("google",),
    "google-cloud-storage": ("google",),
    "mysql-connector-python": ("mysql",),
    "mysqlclient": ("MySQLdb",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "pillow": ("PIL",),
    "protobuf": ("google",),
    "psycopg-binary": ("psycopg",),
    "psycopg2-binary": ("psycopg2",),
    "pycrypto": ("Crypto",),
    "pycryptodome": ("Crypto",),
    "pycryptodomex": ("Cryptodome",),
    "pyjwt": ("jwt",),
    "pyopenssl": ("OpenSSL",),
    "pyserial": ("serial",),
    "python-dateutil": ("dateutil",),
    "python-dotenv": ("dotenv",),
    "python-jose": ("jose",),
    "python-json-logger": ("pythonjsonlogger",),
    "python-ldap": ("ldap", "ldif"),
    "python-magic": ("magic",),
    "python-memcached": ("memcache",),
    "python-multipart": ("multipart",),
    "python-slugify": ("slugify",),
    "pyyaml": ("yaml",),
    "ruamel-yaml": ("ruamel",),
    "scikit-image": ("skimage",),
    "scikit-learn": ("sklearn",),
    "setuptools": ("pkg_resources", "setuptools"),
    "speaklater3": ("speaklater",),
}
"""Distributions whose modules have other names, from their published metadata."""

_BROUGHT = {
    "flask": ("blinker", "click", "itsdangerous", "jinja2", "markupsafe", "werkzeug"),
    "flask-babel": ("babel", "pytz"),
    "flask-marshmallow": ("marshmallow",),
    "flask-migrate": ("alembic",),
    "flask-restx": ("aniso8601", "jsonschema"),
    "flask-smorest": ("apispec", "marshmallow", "webargs"),
    "flask-sqlalchemy": ("sqlalchemy",),
    "flask-wtf": ("wtforms",),
}
"""Distributions that always bring others along, whose modules code imports without asking."""


def modules(distribution: str) -> frozenset[str]:
    """The top-level modules that a distribution (its normalized name) gives."""
    plain = distribution.replace("-", "_").replace(".", "_")
    return frozenset(_MODULES.get(distribution, (plain,)))


def brought(distribution: str) -> frozenset[str]:
    """The top-level modules that come with what the distribution itself requires."""
    return frozenset(_BROUGHT.get(distribution, ()))
