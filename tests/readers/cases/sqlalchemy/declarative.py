"""SQLAlchemy 2: DeclarativeBase, annotations, mapped_column, computed names."""
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship


class Base(DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower() + "s"


class Owned:
    @declared_attr
    def owner_id(cls):
        return mapped_column(ForeignKey("users.id"))

    @declared_attr
    def owner(cls):
        return relationship("User")


class User(Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship(back_populates="user")


class Order(Base, Owned):
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    user: Mapped["User"] = relationship(back_populates="orders")


def names(session):
    return [order.user.name for order in User().orders]


def owner_of(order: Order):
    return order.owner
