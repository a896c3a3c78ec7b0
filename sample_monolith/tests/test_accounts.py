"""Registration, sessions, profile, addresses, tokens and the wishlist."""

from shopper import PASSWORD, find


def test_registration_signs_in_and_greets(shop):
    newcomer = shop.newcomer()
    page = newcomer.register()
    assert f"Welcome, {newcomer.name}." in page.text
    assert newcomer.get("/account/").status_code == 200


def test_registration_form_is_shown(shop):
    assert "Register" in shop.visitor().get("/account/register").text


def test_an_address_can_register_only_once(shop, customer):
    again = shop.newcomer()
    again.email = customer.email.upper()
    page = again.register()
    assert page.status_code == 400
    assert "an account with this address already" in page.text


def test_short_passwords_are_refused(shop):
    page = shop.newcomer().register(password="short")
    assert page.status_code == 400


def test_login_goes_where_the_visitor_wanted_to_go(shop, customer):
    visitor = shop.visitor()
    visitor.email = customer.email
    bounced = visitor.get("/orders/")
    assert bounced.status_code == 302
    assert bounced.location.startswith("/account/login?next=")
    assert visitor.login(path=bounced.location, follow=False).location == "/orders/"


def test_login_never_leads_to_another_site(shop, customer):
    visitor = shop.visitor()
    visitor.email = customer.email
    answer = visitor.login(path="/account/login?next=//evil.example.com/", follow=False)
    assert answer.location == "/"


def test_a_wrong_password_is_refused(shop, customer):
    visitor = shop.visitor()
    visitor.email = customer.email
    page = visitor.login(password="not this one")
    assert page.status_code == 401
    assert "Wrong address or password" in page.text


def test_logout_ends_the_session(customer):
    assert "You are signed out." in customer.submit("/account/logout").text
    assert customer.get("/account/").status_code == 302


def test_forms_without_csrf_token_are_refused(customer):
    answer = customer.post("/account/", data={"name": "Mallory"})
    assert answer.status_code == 400
    assert "Mallory" not in customer.get("/account/").text


def test_profile_can_be_renamed(customer):
    assert "Zoë Quayle" in customer.submit("/account/", name="Zoë Quayle").text


def test_password_change_revokes_tokens(shop, customer):
    assert customer.get("/account/password").status_code == 200
    wrong = customer.submit(
        "/account/password", current="nope nope", password="new password", confirm="new password"
    )
    assert wrong.status_code == 400
    customer.submit(
        "/account/password", current=PASSWORD, password="new password", confirm="new password"
    )
    assert customer.api("GET", "/me").status_code == 401
    assert customer.fetch_token("new password").status_code == 201


def test_addresses_are_added_and_removed(shop):
    customer = shop.customer(country=None)
    page = customer.submit(
        "/account/addresses",
        recipient="Uncle Bob",
        street="Dock 9",
        postcode="2000",
        city="Antwerp",
        country="BE",
    )
    assert "Uncle Bob, Dock 9" in page.text
    number = find(r'data-address="(\d+)"', page)
    assert "Uncle Bob" not in customer.submit(f"/account/addresses/{number}/delete").text


def test_an_address_needs_a_known_country(customer):
    page = customer.submit("/account/addresses", recipient="X", street="Y", country="ZZ")
    assert page.status_code == 400


def test_addresses_of_others_are_out_of_reach(shop, customer):
    other = shop.customer()
    answer = other.submit(f"/account/addresses/{customer.address_id()}/delete")
    assert answer.status_code == 404


def test_tokens_made_on_the_page_work_until_revoked(customer):
    page = customer.submit("/account/tokens", label="Phone")
    customer.token = find(r'id="secret">([^<]+)<', page)
    assert customer.api("GET", "/me").json["email"] == customer.email
    number = find(r'data-token="(\d+)">Phone', customer.get("/account/tokens"))
    customer.submit(f"/account/tokens/{number}/revoke")
    customer.submit("/account/logout")
    assert customer.api("GET", "/me").status_code == 401


def test_wishlist_toggles(customer, product):
    path = f"/account/wishlist/{product['id']}"
    assert f"{product['name']} is on your wishlist" in customer.submit(path).text
    listed = customer.api("GET", "/me/wishlist").json["items"]
    assert [item["sku"] for item in listed] == [product["sku"]]
    assert f"{product['name']} is off your wishlist" in customer.submit(path).text
    assert "Nothing here yet" in customer.get("/account/wishlist").text


def test_pages_of_accounts_are_not_cached(shop, customer):
    assert customer.get("/account/").headers["Cache-Control"] == "private, no-store"
    assert shop.visitor().get("/").headers["X-Frame-Options"] == "DENY"


def test_last_visit_is_shown_to_administrators(shop, admin, customer):
    customer.get("/account/")
    page = admin.get(f"/backoffice/users?email={customer.email}")
    assert customer.email in page.text
    assert "never" not in page.text
