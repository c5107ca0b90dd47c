#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, CollationsOfIcuAndAnotherEncoding) {
  start({"-e",
         "POSTGRES_INITDB_ARGS=--no-sync --locale-provider=icu --icu-locale=de-DE --locale=C "
         "--encoding=UTF8"});
  sql(source(),
      "CREATE TABLE words AS SELECT unnest(ARRAY['z','ä','a']) w; CREATE INDEX ON words(w)");
  snapshot();
  EXPECT_EQ(sql(boot(), "SELECT string_agg(w, '' ORDER BY w) FROM words"), "aäz");
}

}  // namespace
}  // namespace dksnap::test
