#include "databases/marked_program.hpp"

#include "base/text.hpp"

namespace dksnap::databases {

std::string new_mark() {
  return "DKSNAP_DUMP=" + random_hex(6);
}

std::vector<std::string> end_marked_program() {
  // Not itself, which has the mark too. Asked to end, mongodump waits for somebody to read what it
  // has still to say.
  return {"sh", "-c",
          "for it in /proc/[0-9]*; do [ \"${it#/proc/}\" = $$ ] || ! grep -q "
          "\"DKSNAP_DUMP=$DKSNAP_DUMP\" \"$it/environ\" 2>/dev/null || kill -KILL "
          "\"${it#/proc/}\"; done"};
}

}  // namespace dksnap::databases
