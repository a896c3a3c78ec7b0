-- Products by units sold, leaving out orders that were called off.
SELECT p.sku AS sku,
       p.name AS name,
       SUM(ol.quantity) AS units,
       SUM(ol.quantity * ol.unit_price_cents) AS revenue_cents,
       COALESCE(MAX(si.on_hand), 0) AS on_hand
FROM order_lines AS ol
JOIN orders AS o ON o.id = ol.order_id
JOIN products AS p ON p.id = ol.product_id
LEFT JOIN stock_items AS si ON si.product_id = p.id
WHERE o.status NOT IN ('PENDING', 'CANCELLED')
  AND o.placed_at >= :since
  AND o.placed_at < :until
GROUP BY p.id, p.sku, p.name
ORDER BY units DESC, p.sku
LIMIT :how_many
