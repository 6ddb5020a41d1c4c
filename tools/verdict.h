// How a command of decree-wal ends.
#ifndef DECREE_TOOLS_VERDICT_H_
#define DECREE_TOOLS_VERDICT_H_

#include <string>

namespace decree::tools {

/// The exit status. docs/log-format.md has the table.
enum class Exit {
  good = 0,
  torn = 1,        // an unfinished end, which is harmless
  damaged = 2,     // something that is needed is damaged, and whole elsewhere
  lost = 3,        // what is asked for is not here
  unreadable = 4,  // or not to be written, or wrong usage
};

struct Verdict {
  Exit exit = Exit::good;
  std::string problem;  // empty, or a sentence that names it

  bool operator==(const Verdict&) const = default;
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_VERDICT_H_
