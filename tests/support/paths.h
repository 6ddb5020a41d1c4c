// Where tests find programs and files.
#ifndef DECREE_TESTS_SUPPORT_PATHS_H_
#define DECREE_TESTS_SUPPORT_PATHS_H_

#include <string>

namespace decree {

/// The directory of the programs of this build.
std::string bin_dir();
/// The project's root.
std::string source_dir();

}  // namespace decree

#endif  // DECREE_TESTS_SUPPORT_PATHS_H_
