// Runs decree-wal.
#ifndef DECREE_TESTS_TOOLS_TOOL_H_
#define DECREE_TESTS_TOOLS_TOOL_H_

#include <string>

namespace decree {

struct Outcome {
  int status = -1;
  std::string text;  // standard output and error
};

/// `arguments` are read by a shell.
Outcome run_tool(const std::string& arguments);

}  // namespace decree

#endif  // DECREE_TESTS_TOOLS_TOOL_H_
