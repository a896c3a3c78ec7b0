"""Finding products, categories, tags and pictures."""

import io

from shopper import find

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def test_home_shows_the_newest_products(shop, product):
    assert product["name"] in shop.visitor().get("/").text


def test_product_page_shows_price_stock_and_tags(shop):
    product = shop.product(price_cents=123456, stock=3, tags="Brass, heavy duty")
    page = shop.visitor().get(product["url"]).text
    assert "€ 1,234.56" in page
    assert "3 in stock" in page
    assert "#heavy-duty" in page


def test_unknown_products_are_not_found(shop):
    page = shop.visitor().get("/products/no-such-thing")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text


def test_search_finds_words_in_name_and_description(shop):
    word = shop.unique("gimbal")
    product = shop.product(description=f"Comes with a {word.upper()}.")
    page = shop.visitor().get("/products", query_string={"q": word}).text
    assert "1 found" in page
    assert product["name"] in page


def test_search_takes_wildcards_literally(shop):
    word = shop.unique("fifty%off")
    shop.product(name=word)
    found = shop.visitor().api("GET", f"/products/?q={word.replace('%', '%25')}").json
    assert found["total"] == 1
    assert shop.visitor().api("GET", "/products/?q=fif_y").json["total"] == 0


def test_search_can_leave_out_what_is_sold_out(shop):
    word = shop.unique("anchor")
    shop.product(name=f"{word} a", stock=0)
    there = shop.product(name=f"{word} b", stock=1)
    found = shop.visitor().api("GET", f"/products/?q={word}&in_stock=1").json["items"]
    assert [item["sku"] for item in found] == [there["sku"]]


def test_results_are_sorted_and_paged(shop):
    word = shop.unique("bollard")
    for number in range(14):
        shop.product(name=f"{word} {number}", price_cents=1400 - number, stock=0)
    first = shop.visitor().get(f"/products?q={word}&sort=price")
    assert "Page 1 of 2" in first.text
    prices = [
        item["price_cents"]
        for page in (1, 2)
        for item in shop.visitor()
        .api("GET", f"/products/?q={word}&sort=price&page={page}")
        .json["items"]
    ]
    assert prices == sorted(prices)
    assert len(prices) == 14
    following = find(r'rel="next" href="([^"]+)"', first).replace("&amp;", "&")
    assert "Page 2 of 2" in shop.visitor().get(following).text


def test_a_category_lists_products_of_its_subcategories(shop):
    parent_id, parent_slug = shop.category()
    _, child_slug = shop.category(parent_id=parent_id)
    product = shop.product(category=child_slug)
    assert product["name"] in shop.visitor().get(f"/categories/{parent_slug}").text
    page = shop.visitor().get(product["url"])
    assert f'href="/categories/{parent_slug}"' in page.text


def test_new_categories_appear_in_the_menu(shop):
    shop.visitor().get("/")
    _, slug = shop.category()
    assert f"/categories/{slug}" in shop.visitor().get("/").text


def test_category_tree_as_json(shop):
    parent_id, parent_slug = shop.category()
    _, child_slug = shop.category(parent_id=parent_id)
    roots = shop.visitor().api("GET", "/products/categories").json["items"]
    parent = next(root for root in roots if root["slug"] == parent_slug)
    assert [child["slug"] for child in parent["children"]] == [child_slug]


def test_tag_page_lists_tagged_products(shop):
    tag = shop.unique("tag")
    product = shop.product(tags=tag)
    assert product["name"] in shop.visitor().get(f"/tags/{tag}").text
    found = shop.visitor().api("GET", f"/products/?tag={tag}").json["items"]
    assert [item["id"] for item in found] == [product["id"]]
    assert shop.visitor().get("/tags/no-such-tag").status_code == 404


def test_related_products_share_a_tag(shop):
    tag = shop.unique("kin")
    product, sibling = shop.product(tags=tag), shop.product(tags=tag)
    assert sibling["name"] in shop.visitor().get(product["url"]).text


def test_product_as_json(shop, product):
    answer = shop.visitor().api("GET", f"/products/{product['id']}").json
    assert answer["sku"] == product["sku"]
    assert answer["available"] == 10
    assert answer["rating"] == {"average": 0, "count": 0}
    assert shop.visitor().api("GET", "/products/999999").status_code == 404


def test_pictures_are_uploaded_and_served(shop, admin, product):
    page = admin.submit(
        f"/backoffice/products/{product['id']}/image", image=(io.BytesIO(PIXEL), "my ship.gif")
    )
    assert "The picture is saved." in page.text
    name = f"{product['id']}-my_ship.gif"
    assert f"/media/{name}" in shop.visitor().get(product["url"]).text
    with shop.visitor().get(f"/media/{name}") as picture:
        assert picture.data == PIXEL


def test_a_new_picture_replaces_the_old_one(shop, admin, product):
    path = f"/backoffice/products/{product['id']}/image"
    admin.submit(path, image=(io.BytesIO(PIXEL), "old.gif"))
    admin.submit(path, image=(io.BytesIO(PIXEL), "new.gif"))
    assert shop.visitor().get(f"/media/{product['id']}-old.gif").status_code == 404
    image = shop.visitor().api("GET", f"/products/{product['id']}").json["image"]
    assert image == f"/media/{product['id']}-new.gif"


def test_other_files_are_no_pictures(admin, product):
    page = admin.submit(
        f"/backoffice/products/{product['id']}/image", image=(io.BytesIO(b"MZ"), "virus.exe")
    )
    assert "Please choose a PNG, JPEG or GIF file." in page.text


def test_health(shop):
    assert shop.visitor().get("/health").json == {"status": "ok"}


def test_stylesheet_is_served(shop):
    with shop.visitor().get("/static/shop.css") as sheet:
        assert "body" in sheet.text
