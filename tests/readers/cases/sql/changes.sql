INSERT INTO users (name) VALUES ('x');
INSERT INTO archive SELECT * FROM orders o JOIN users u ON u.id = o.user_id;
INSERT INTO counters (k, n) VALUES (:k, 1) ON CONFLICT (k) DO UPDATE SET n = counters.n + excluded.n;
INSERT INTO counters (k) VALUES (%s) ON DUPLICATE KEY UPDATE n = n + 1;
REPLACE INTO settings VALUES (1);
INSERT OR IGNORE INTO settings VALUES (1);
UPDATE orders SET total = s.total FROM sums s WHERE s.id = orders.id;
UPDATE orders o JOIN users u ON u.id = o.user_id SET o.x = 1;
DELETE FROM carts WHERE user_id NOT IN (SELECT id FROM users);
DELETE FROM carts USING users WHERE users.id = carts.user_id;
DELETE c FROM carts AS c JOIN users u ON u.id = c.user_id;
MERGE INTO stock USING deliveries d ON d.id = stock.id WHEN MATCHED THEN UPDATE SET n = d.n;
TRUNCATE TABLE sessions;
WITH gone AS (DELETE FROM carts RETURNING *) INSERT INTO archive SELECT * FROM gone;
DROP TABLE IF EXISTS old_users;
ALTER TABLE users ADD COLUMN age INTEGER;
UPDATE {table} SET x = 1;
INSERT INTO t {columns} VALUES {values}
