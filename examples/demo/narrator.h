// What the demo tells while it runs.
#ifndef DECREE_EXAMPLES_DEMO_NARRATOR_H_
#define DECREE_EXAMPLES_DEMO_NARRATOR_H_

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "examples/demo/deadline.h"

namespace decree::demo {

/// Lines on standard output, each with the seconds since the beginning. Bold only on a terminal.
class Narrator {
 public:
  template <typename... Args>
  void say(std::string_view what, fmt::format_string<Args...> text, Args&&... args) const {
    const std::chrono::duration<double> since = Clock::now() - started_;
    print(fmt::format("{:6.1f} s  {}  {}\n", since.count(), bold(fmt::format("{:<9}", what)),
                      fmt::format(text, std::forward<Args>(args)...)));
  }
  void print(std::string_view text) const {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
  [[nodiscard]] std::string bold(std::string_view text) const {
    return terminal_ ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
  }

 private:
  Clock::time_point started_ = Clock::now();
  bool terminal_ = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_NARRATOR_H_
