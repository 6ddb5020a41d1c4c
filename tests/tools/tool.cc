#include "tests/tools/tool.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "tests/support/paths.h"

namespace decree {

Outcome run_tool(const std::string& arguments) {
  const std::string command = "{ " + bin_dir() + "/decree-wal " + arguments + "; } 2>&1";
  Outcome outcome;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    outcome.text.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  return outcome;
}

}  // namespace decree
