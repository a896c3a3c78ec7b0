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
    "unicode-slugify": ("slugify",),
}
"""Distributions whose modules have other names, from their published metadata."""

_BROUGHT = {
    "alembic": ("mako", "sqlalchemy"),
    "boto3": ("botocore", "jmespath", "s3transfer"),
    "botocore": ("jmespath", "python-dateutil", "urllib3"),
    "celery": ("billiard", "click", "kombu", "vine"),
    "flask": ("blinker", "click", "itsdangerous", "jinja2", "markupsafe", "werkzeug"),
    "flask-apispec": ("apispec", "marshmallow", "six", "webargs"),
    "flask-babel": ("babel", "pytz"),
    "flask-bcrypt": ("bcrypt",),
    "flask-jwt-extended": ("pyjwt",),
    "flask-limiter": ("limits",),
    "flask-marshmallow": ("marshmallow",),
    "flask-migrate": ("alembic", "flask-sqlalchemy"),
    "flask-oauthlib": ("oauthlib", "requests", "requests-oauthlib"),
    "flask-restful": ("aniso8601", "pytz", "six"),
    "flask-restplus": ("aniso8601", "jsonschema", "pytz", "six"),
    "flask-restx": ("aniso8601", "jsonschema"),
    "flask-smorest": ("apispec", "marshmallow", "webargs"),
    "flask-sqlalchemy": ("sqlalchemy",),
    "flask-wtf": ("wtforms",),
    "html5lib": ("six", "webencodings"),
    "httpx": ("anyio", "certifi", "httpcore", "idna"),
    "jsonschema": ("attrs",),
    "marshmallow-sqlalchemy": ("marshmallow", "sqlalchemy"),
    "pandas": ("numpy", "python-dateutil"),
    "pyopenssl": ("cryptography",),
    "python-dateutil": ("six",),
    "requests": ("certifi", "idna", "urllib3"),
    "requests-oauthlib": ("oauthlib", "requests"),
    "sqlalchemy-utils": ("sqlalchemy",),
    "webargs": ("marshmallow",),
}
"""Distributions that always bring others along, whose modules code imports without asking.

That extensions of Flask bring Flask needs no telling.
"""


def modules(distribution: str) -> frozenset[str]:
    """The top-level modules that a distribution (its normalized name) gives."""
    plain = distribution.replace("-", "_").replace(".", "_")
    return frozenset(_MODULES.get(distribution, (plain,)))


def brought(distribution: str) -> frozenset[str]:
    """The top-level modules that come with what the distribution itself requires."""
    found: set[str] = set()
    ahead = [distribution]
    while ahead:
        name = ahead.pop()
        more = {*_BROUGHT.get(name, ()), *(("flask",) if name.startswith("flask-") else ())}
        ahead.extend(more - found)
        found |= more
    return frozenset().union(*(modules(name) for name in found))
