"""What queries give: instances, lists, rows, pages; joins and loaders read, bulk changes write."""
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    orders = db.relationship("Order", backref="user")


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.ForeignKey("user.id"))
    total = db.Column(db.Integer)


def rename(ident):
    user = User.query.filter_by(id=ident).order_by("id").first_or_404()
    user.name = "x"


def rename_all():
    for user in User.query.filter(User.name != "x"):
        user.name = "x"
    for user in User.query.paginate(page=1).items:
        user.name = "y"
    User.query.limit(3)[0].name = "z"


def bulk():
    Order.query.filter_by(total=0).update({"total": 1})
    db.session.query(Order).delete()


def pairs():
    for user, order in db.session.query(User, Order).join(Order):
        order.total = 0


def row_names():
    row = db.session.execute(select(User, Order)).first()
    row.Order.total = 1


def loaded():
    User.query.options(joinedload(User.orders)).all()


def loaded_by_name():
    User.query.options(joinedload("orders")).all()
    User.query.join("orders").count()


def counts():
    return db.session.query(func.count(Order.id)).scalar()


def aliases():
    other = aliased(User)
    return db.session.query(other).filter(other.name == "x").all()


def others():
    return User.query.with_entities(Order).all()[0].user.name


def dynamic_column(name):
    user = User.query.get(1)
    setattr(user, name, 1)


def lazily(user: User):
    return [order.total for order in user.orders]


def selected(ident):
    user = db.session.execute(select(User).where(User.id == ident)).scalar_one()
    user.name = "s"
    for one in db.session.scalars(select(User)).all():
        one.orders.append(Order())
    db.get_or_404(User, ident).name = "t"
    for one in db.paginate(select(User)):
        one.name = "u"


def exported(data):
    return {c: getattr(data, c) for c in User.__table__.columns}
