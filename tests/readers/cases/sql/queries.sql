SELECT u.id, o.total FROM users u JOIN orders AS o ON o.user_id = u.id LEFT JOIN public.items i USING (order_id);
WITH recent AS (SELECT * FROM orders), top AS (SELECT * FROM recent) SELECT * FROM top, "Accounts" WHERE id IN (SELECT account_id FROM billing.invoices);
WITH users AS (SELECT * FROM users WHERE active) SELECT * FROM users;
WITH RECURSIVE tree AS (SELECT * FROM nodes UNION ALL SELECT n.* FROM nodes n JOIN tree t ON n.parent = t.id) SELECT * FROM tree;
SELECT * FROM "order" UNION SELECT * FROM `group`;
select name from products where id = %s and kind in %(kinds)s and x = :x and y like '%%z';
SELECT * FROM {} WHERE id = ?;
SELECT * FROM logs_{year} JOIN {schema}.users u ON true;
SELECT * FROM users WHERE a = 1 {} LIMIT {};
SELECT * INTO archive FROM orders;
SELECT count(*) FROM sqlite_master, information_schema.tables, generate_series(1, 3);
EXPLAIN QUERY PLAN SELECT * FROM users;
SELECT DISTINCT ON (a) a FROM t1 WHERE data->>'k' = ANY($1) FOR UPDATE;
SELECT `a` FROM `t2` STRAIGHT_JOIN t3;
SELECT extract(year from created) FROM t4 WHERE !!! JOIN t5
