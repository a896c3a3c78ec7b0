"""Reviews from the buyer to the stars on the product page."""

import pytest


@pytest.fixture
def buyer(shop, customer, product):
    shop.paid_order(customer, product)
    return customer


def rating_of(shop, product):
    return shop.visitor().api("GET", f"/products/{product['id']}").json["rating"]


def test_buyers_write_and_staff_publish(shop, admin, buyer, product):
    path = f"/products/{product['slug']}/reviews/new"
    assert product["name"] in buyer.get(path).text
    title = shop.unique("Seaworthy")
    page = buyer.submit(path, rating=4, title=title, body="Rust-free.")
    assert "publish it soon" in page.text
    assert title not in shop.visitor().get(product["url"]).text
    assert title in admin.get("/backoffice/reviews").text


def test_a_review_without_stars_is_refused(buyer, product):
    page = buyer.submit(f"/products/{product['slug']}/reviews/new", rating=9, title="Wow")
    assert page.status_code == 400


def test_only_buyers_review(shop, customer, product):
    shop.order(customer, product)
    body = {"rating": 1, "title": "Hearsay"}
    answer = customer.api("POST", f"/products/{product['id']}/reviews/", body)
    assert answer.status_code == 403
    page = customer.submit(f"/products/{product['slug']}/reviews/new", **body)
    assert "Only customers who bought this can review it." in page.text


def test_a_buyer_reviews_once(shop, buyer, product):
    shop.published_review(buyer, product)
    body = {"rating": 1, "title": "Again"}
    answer = buyer.api("POST", f"/products/{product['id']}/reviews/", body)
    assert answer.json == {"error": "You reviewed this already."}


def test_published_reviews_make_the_rating(shop, buyer, product):
    other = shop.customer()
    shop.paid_order(other, product)
    shop.published_review(buyer, product, rating=5, title="Splendid")
    shop.published_review(other, product, rating=2)
    assert rating_of(shop, product) == {"average": 3.5, "count": 2}
    assert "Splendid" in shop.visitor().get(product["url"]).text
    listed = shop.visitor().api("GET", f"/products/{product['id']}/reviews/").json["items"]
    assert [review["rating"] for review in listed] == [2, 5]


def test_rejected_reviews_stay_hidden(shop, admin, buyer, product):
    review_id = shop.published_review(buyer, product)
    admin.submit(f"/backoffice/reviews/{review_id}", verdict="reject")
    assert rating_of(shop, product) == {"average": 0, "count": 0}
    assert "rejected" in buyer.get("/reviews/mine").text


def test_staff_must_decide(shop, admin, buyer, product):
    review_id = shop.published_review(buyer, product)
    assert admin.submit(f"/backoffice/reviews/{review_id}", verdict="dunno").status_code == 400


def test_deleting_a_review_changes_the_rating(shop, buyer, product):
    review_id = shop.published_review(buyer, product)
    assert shop.customer().submit(f"/reviews/{review_id}/delete").status_code == 404
    assert "Your review is gone." in buyer.submit(f"/reviews/{review_id}/delete").text
    assert rating_of(shop, product)["count"] == 0


def test_votes_toggle(shop, buyer, product):
    review_id = shop.published_review(buyer, product)
    reader = shop.customer()
    assert "1 found this review helpful." in reader.submit(f"/reviews/{review_id}/helpful").text
    assert "0 found this review helpful." in reader.submit(f"/reviews/{review_id}/helpful").text


def test_nobody_votes_for_oneself(shop, buyer, product):
    review_id = shop.published_review(buyer, product)
    page = buyer.submit(f"/reviews/{review_id}/helpful")
    assert "You can&#39;t vote for your own review." in page.text


def test_products_can_be_sorted_by_rating(shop, customer):
    word = shop.unique("sextant")
    good, bad = shop.product(name=f"{word} good"), shop.product(name=f"{word} bad")
    for product, rating in ((bad, 1), (good, 5)):
        shop.paid_order(customer, product)
        shop.published_review(customer, product, rating=rating)
    found = shop.visitor().api("GET", f"/products/?q={word}&sort=rating").json["items"]
    assert [item["id"] for item in found] == [good["id"], bad["id"]]
