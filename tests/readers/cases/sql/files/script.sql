-- name: find_user
/* one; two */
SELECT 'a;b', "c;d" FROM users
WHERE id = :id;

CREATE FUNCTION f() RETURNS trigger AS $body$ BEGIN DELETE FROM x; END $body$ LANGUAGE plpgsql;
INSERT INTO notes (body) VALUES ('it\'s; fine');
SELECT * FROM JOIN WHERE = broken;
-- the end
