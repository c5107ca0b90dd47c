// A comparison of much, and one whose server is gone in the middle.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "diff_fixture.hpp"
#include "support/eventually.hpp"
#include "support/postgres_image.hpp"

namespace dksnap::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DiffSize : public DiffFixture {};
DKSNAP_ON_EITHER_STORE(DiffSize);

constexpr long kMostOfADiff = 64 * 1024;

long rows() {
  return is_dense() ? 5'000'000 : 500'000;
}

TEST_P(DiffSize, ThreeOfMillionsTakeLittleMemory) {
  const std::string source = start_postgres(desk());
  psql(desk(), source, "CREATE TABLE big (id bigint PRIMARY KEY, v text)");
  psql(desk(), source,
       "INSERT INTO big SELECT g, md5(g::text) FROM generate_series(1, " + std::to_string(rows()) +
           ") g");
  watch(source);
  psql(desk(), source,
       "UPDATE big SET v = 'x' WHERE id = 7; DELETE FROM big WHERE id = 9; INSERT INTO big "
       "VALUES (0, 'first')");
  const RunResult result = diff({"--rows"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("+    id=0  v=first"), HasSubstr("-    id=9"),
                                HasSubstr("~    id 7: v 8f14e45fceea167a5a36dedd4bea2543 > x")));
  EXPECT_LT(result.peak_kilobytes, kMostOfADiff);
  // All that there is on one side alone.
  psql(desk(), source, "ALTER TABLE big RENAME TO other");
  const RunResult all = diff({"--format", "csv"});
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 4 * rows() + 1);
}

// Of all that run on the machine, by what their command lines say.
Words command_lines_with(const std::string& text, std::map<std::string, pid_t>& found) {
  Words lines;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string number = entry.path().filename();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline");
    std::string line{std::istreambuf_iterator<char>(file), {}};
    std::replace(line.begin(), line.end(), '\0', ' ');
    if (line.find(text) == std::string::npos) continue;
    found[line] = static_cast<pid_t>(std::stol(number));
    lines.push_back(std::move(line));
  }
  return lines;
}

TEST_P(DiffSize, AServerThatIsGoneInTheMiddleIsAnError) {
  const std::string cluster = desk().name("cluster");
  const std::string source =
      desk().start("db", {"-e", "POSTGRES_HOST_AUTH_METHOD=trust"},
                   {desk().image("postgres:15"), "-c", "cluster_name=" + cluster});
  wait_for_postgres(desk(), source);
  psql(desk(), source, "CREATE TABLE big AS SELECT g FROM generate_series(1, 3000000) g");
  watch(source);
  RunningProgram running(desk().dksnap_command({"diff", before()}), desk().dksnap_options());
  pid_t server = 0;
  ASSERT_TRUE(eventually("its server is asked", [&] {
    std::map<std::string, pid_t> found;
    bool is_asked = false;
    for (const std::string& line : command_lines_with(cluster, found)) {
      is_asked = is_asked || line.find("] COPY") != std::string::npos;
      if (line.find("/dksnap_hba.conf") != std::string::npos) server = found[line];
    }
    return is_asked && server != 0;
  }));
  ::kill(server, SIGKILL);
  const RunResult result = running.wait();
  EXPECT_EQ(result.status, 13) << result;
  EXPECT_THAT(result.err, AllOf(HasSubstr("error: "), HasSubstr("  why   ")));
  EXPECT_THAT(desk().leftovers(), IsEmpty());
  EXPECT_TRUE(desk().runs(source));
}

}  // namespace
}  // namespace dksnap::test
