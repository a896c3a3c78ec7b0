"""A small shop with a shared models module, a kernel and an application factory."""

from __future__ import annotations

SHOP = """
shop/__init__.py
  def create_app: uses flask.Flask, flask.Flask.register_blueprint; references accounts_bp, orders_bp, catalogue_bp
shop/extensions.py
  var db: entry extension db; uses flask_sqlalchemy.SQLAlchemy
shop/util.py
  def slugify: uses re.sub
  def money: uses decimal.Decimal
shop/models.py
  class User: table users; inherits db
  class Token: table tokens -> users; inherits db; references User
  class Product: table products; inherits db
  class Category: table categories; inherits db
  class Order: table orders -> users; inherits db; references User
  class OrderItem: table order_items -> orders; inherits db; references Order
shop/accounts.py
  var accounts_bp: uses flask.Blueprint
  def login: POST /accounts/login -> accounts.login; references accounts_bp; calls find_user, issue, slugify
  def register: POST /accounts/register -> accounts.register; references accounts_bp; calls make_user, slugify, money
  def profile: GET /accounts/me -> accounts.profile; references accounts_bp; calls find_user
  def find_user: reads users; references User
  def make_user: writes users; references User
  def issue: writes tokens; references Token
shop/catalogue.py
  var catalogue_bp: uses flask.Blueprint
  def browse: GET /catalogue -> catalogue.browse; references catalogue_bp; calls list_products, slugify, money
  def add: POST /catalogue -> catalogue.add; references catalogue_bp; calls save_product
  def tag: POST /catalogue/tag -> catalogue.tag; references catalogue_bp; writes categories, products
  def list_products: reads products, categories; references Product
  def save_product: writes products, categories; references Product, Category; calls slugify
shop/orders.py
  var orders_bp: uses flask.Blueprint
  def checkout: POST /orders -> orders.checkout; references orders_bp; calls place, find_user, money
  def history: GET /orders -> orders.history; references orders_bp; reads orders; calls slugify, money
  def cancel: POST /orders/cancel -> orders.cancel; references orders_bp; writes orders, order_items
  def place: writes orders, order_items; reads products; references Order, OrderItem, Product
tests/test_orders.py
  def test_checkout: calls place, slugify
"""
