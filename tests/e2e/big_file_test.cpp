// Size costs time and disk, not memory.
#include <nlohmann/json.hpp>

#include "support/files_image.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

class SlowBigFile : public OnBothStores {};
DKSNAP_ON_BOTH_STORES(SlowBigFile);

constexpr long kMostKilobytes = 64 * 1024;

// Several times what it may take of memory.
std::uint64_t large() {
  return is_dense() ? 1024UL << 20U : 256UL << 20U;
}

TEST_P(SlowBigFile, ALargeFileTakesLittleMemory) {
  const std::string source = desk().start("files", {}, {desk().image("files:1")});
  files_batch(desk(), source, "fill /data/big " + std::to_string(large()) + " 5\n");
  const std::string sum = files(desk(), source, {"sum", "/data/big"});
  const RunResult result = desk().dksnap({"create", source, "--json"});
  ASSERT_TRUE(succeeded(result));
  EXPECT_LT(result.peak_kilobytes, kMostKilobytes);
  const json taken = json::parse(result.out);
  EXPECT_GE(taken["data_bytes"], large());
  EXPECT_LT(taken["frozen_ms"], 1000.0);
  EXPECT_EQ(files(desk(), desk().boot(taken["id"], kAtOnce), {"sum", "/data/big"}), sum);

  // It did not change, so it is not stored again.
  files_batch(desk(), source, "write /data/small 1\n");
  const json second = desk().create_json(source, {"-m", "second"});
  EXPECT_LT(second["added_bytes"], 1'000'000);
}

}  // namespace
}  // namespace dksnap::test
