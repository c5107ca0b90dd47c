-- A small shop: three tables, and a procedure that takes orders one by one.
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, price numeric(8, 2) NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer int NOT NULL REFERENCES customers,
  product int NOT NULL REFERENCES products,
  ordered timestamptz NOT NULL DEFAULT now()
);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 2000) n;
INSERT INTO products SELECT n, 'product ' || n, 5 + n % 90 FROM generate_series(1, 500) n;
INSERT INTO orders (customer, product)
  SELECT 1 + n % 2000, 1 + n % 500 FROM generate_series(1, 200000) n;

CREATE PROCEDURE take_orders(how_many int) LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN 1..how_many LOOP
    INSERT INTO orders (customer, product) VALUES (1 + n % 2000, 1 + n % 500);
    COMMIT;
    PERFORM pg_sleep(0.02);
  END LOOP;
END $$;
