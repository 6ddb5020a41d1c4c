#include "tests/support/paths.h"

namespace decree {

std::string bin_dir() { return DECREE_BIN_DIR; }
std::string source_dir() { return DECREE_SOURCE_DIR; }

}  // namespace decree
