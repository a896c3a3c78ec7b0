"""Forms of every page of the shop; the back office and the customers share some of them."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileAllowed, FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    AnyOf,
    DataRequired,
    Email,
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
)

from shop.models import ProductStatus, Role
from shop.promotions.models import PromotionKind

COUNTRIES = ["NL", "BE", "DE", "FR", "GB", "US"]


def blank(value):
    """Let a field that wasn't sent at all be an empty text."""
    return value or ""


class RegistrationForm(FlaskForm):
    name = StringField("Name", validators=[DataRequired(), Length(max=120)])
    email = StringField("Email", validators=[DataRequired(), Email()])
    password = PasswordField("Password", validators=[DataRequired(), Length(min=8)])
    confirm = PasswordField("Once more", validators=[EqualTo("password")])


class LoginForm(FlaskForm):
    email = StringField("Email", validators=[DataRequired()])
    password = PasswordField("Password", validators=[DataRequired()])
    remember = BooleanField("Keep me signed in")


class ProfileForm(FlaskForm):
    name = StringField("Name", validators=[DataRequired(), Length(max=120)])


class PasswordForm(FlaskForm):
    current = PasswordField("Current password", validators=[DataRequired()])
    password = PasswordField("New password", validators=[DataRequired(), Length(min=8)])
    confirm = PasswordField("Once more", validators=[EqualTo("password")])


class AddressForm(FlaskForm):
    recipient = StringField("Recipient", validators=[DataRequired(), Length(max=120)])
    street = StringField("Street", validators=[DataRequired(), Length(max=200)])
    postcode = StringField("Postcode", validators=[DataRequired(), Length(max=20)])
    city = StringField("City", validators=[DataRequired(), Length(max=100)])
    country = SelectField("Country", choices=COUNTRIES)


class TokenForm(FlaskForm):
    label = StringField("Label", validators=[DataRequired(), Length(max=80)])


class CartItemForm(FlaskForm):
    quantity = IntegerField("Quantity", default=1, validators=[NumberRange(min=0, max=99)])


class PromotionCodeForm(FlaskForm):
    code = StringField("Code", validators=[DataRequired(), Length(max=40)])


class CheckoutForm(FlaskForm):
    address_id = SelectField("Deliver to", coerce=int)
    shipping_method_id = SelectField("Shipping", coerce=int)
    note = StringField("Note", filters=[blank], validators=[Length(max=500)])


class CardForm(FlaskForm):
    card_number = StringField(
        "Card number", validators=[DataRequired(), Regexp(r"^\d{16}$", message="16 digits.")]
    )


class ReviewForm(FlaskForm):
    rating = IntegerField("Stars", validators=[InputRequired(), NumberRange(min=1, max=5)])
    title = StringField("Title", validators=[DataRequired(), Length(max=120)])
    body = TextAreaField("Review", filters=[blank], validators=[Length(max=4000)])


class PreferenceForm(FlaskForm):
    order_updates = BooleanField("Orders")
    stock_alerts = BooleanField("Back in stock")
    review_updates = BooleanField("My reviews")


# --- back office ------------------------------------------------------------------------------


class ProductForm(FlaskForm):
    sku = StringField("SKU", validators=[DataRequired(), Length(max=40)])
    name = StringField("Name", validators=[DataRequired(), Length(max=150)])
    description = TextAreaField("Description", filters=[blank])
    price = DecimalField("Price", places=2, validators=[InputRequired(), NumberRange(min=0)])
    weight_grams = IntegerField("Weight (g)", default=0, validators=[NumberRange(min=0)])
    status = SelectField(
        "Status",
        choices=[status.value for status in ProductStatus],
        default=ProductStatus.ACTIVE.value,
    )
    category_id = SelectField("Category", coerce=int, default=0)
    tags = StringField("Tags", filters=[blank], description="Separated by commas")


class ImageForm(FlaskForm):
    image = FileField(
        "Image", validators=[FileRequired(), FileAllowed(["png", "jpg", "jpeg", "gif"])]
    )


class CategoryForm(FlaskForm):
    name = StringField("Name", validators=[DataRequired(), Length(max=100)])
    parent_id = SelectField("Inside", coerce=int, default=0)


class StockForm(FlaskForm):
    delta = IntegerField("Change", validators=[InputRequired()])
    reason = SelectField("Reason", choices=["receipt", "correction", "return"])
    reference = StringField("Reference", filters=[blank], validators=[Length(max=40)])


class ReorderLevelForm(FlaskForm):
    reorder_level = IntegerField("Reorder at", validators=[InputRequired(), NumberRange(min=0)])


class ShippingMethodForm(FlaskForm):
    code = StringField("Code", validators=[DataRequired(), Length(max=30)])
    name = StringField("Name", validators=[DataRequired(), Length(max=80)])
    base = DecimalField("Base price", places=2, validators=[InputRequired(), NumberRange(min=0)])
    per_kg = DecimalField("Per kilogram", places=2, default=0, validators=[NumberRange(min=0)])
    countries = StringField(
        "Countries", filters=[blank], description="Separated by commas; empty is everywhere"
    )


class PromotionForm(FlaskForm):
    code = StringField("Code", validators=[DataRequired(), Length(max=40)])
    kind = SelectField("Kind", choices=[kind.value for kind in PromotionKind])
    value = IntegerField("Percents or cents", default=0, validators=[NumberRange(min=0)])
    minimum = DecimalField("Minimum cart", places=2, default=0, validators=[NumberRange(min=0)])
    starts_on = DateField("From", validators=[Optional()])
    ends_on = DateField("Until", validators=[Optional()])
    max_uses = IntegerField("Uses at most", validators=[Optional(), NumberRange(min=1)])


class RefundForm(FlaskForm):
    amount = DecimalField("Amount", places=2, validators=[Optional(), NumberRange(min=0)])
    reason = StringField("Reason", filters=[blank], validators=[Length(max=200)])


class ModerationForm(FlaskForm):
    verdict = StringField("Verdict", validators=[AnyOf(["publish", "reject"])])


class RoleForm(FlaskForm):
    role = SelectField("Role", choices=[role.value for role in Role])
