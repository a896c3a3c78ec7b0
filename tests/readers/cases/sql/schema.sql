CREATE TABLE IF NOT EXISTS orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  shop_id INTEGER, country CHAR(2), zone INTEGER,
  FOREIGN KEY (shop_id) REFERENCES shops ON DELETE SET NULL,
  CONSTRAINT place FOREIGN KEY (country, zone) REFERENCES geo.zones (country, zone)
);
CREATE TABLE copies AS SELECT * FROM orders;
CREATE VIEW totals AS SELECT user_id, sum(total) FROM orders GROUP BY user_id;
CREATE INDEX by_user ON orders (user_id);
ALTER TABLE orders ADD CONSTRAINT pays FOREIGN KEY (payment_id) REFERENCES payments (id) ON DELETE CASCADE;
CREATE TRIGGER t AFTER INSERT ON orders BEGIN UPDATE users SET n = n + 1
