#include "field.hpp"

namespace dksnap::test {
namespace {

TEST_P(Field, TheDataDirectoryIsALinkOfTheImage) {
  const std::string linked = desk().name("linked") + ":1";
  const std::string maker = desk().start("maker", {"--entrypoint", "sh"},
                                         {desk().image("postgres:15"), "-c",
                                          "ln -s /srv/pg /pgdata && mkdir /srv/pg && chown "
                                          "postgres /srv/pg && sleep 100"});
  desk().docker_out({"exec", maker, "sh", "-c", "while [ ! -d /srv/pg ]; do sleep 0.1; done"});
  desk().docker_out({"commit", "-c", "ENV PGDATA=/pgdata", "-c",
                     "ENTRYPOINT [\"docker-entrypoint.sh\"]", "-c", "CMD [\"postgres\"]", maker,
                     linked});
  desk().remove_container(maker);
  start({"-v", desk().name("data") + ":/srv/pg"}, {}, linked);
  go_through();
}

}  // namespace
}  // namespace dksnap::test
