#include "bench/scratch.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace decree::bench {

Scratch::Scratch(const std::string& parent) : path_(parent + "/decree-bench-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "cannot make a directory in " + parent);
  }
}

Scratch::~Scratch() {
  std::error_code ignored;  // what is left is harmless
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace decree::bench
