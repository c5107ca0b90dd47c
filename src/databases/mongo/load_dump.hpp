// What loads a dump into a copy at its first start (databases/dump.hpp).
#pragma once

namespace dksnap::databases::mongo {

extern const char* const kLoadDump;
extern const char* const kLoadDumpEnd;

}  // namespace dksnap::databases::mongo
