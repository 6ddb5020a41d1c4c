// Recovery of a directory whose files hold arbitrary bytes, often with the right checksums: it
// opens or says why not, and that twice.
#include <iterator>

#include "tests/fuzz/forging.h"
#include "tests/fuzz/require.h"
#include "tests/wal/written_log.h"

namespace decree::wal {
namespace {

std::string any_name(Input& input) {
  switch (input.below(5)) {
    case 0:
      return kIdentityName;
    case 1:
    case 2:
      return segment_name(input.below(4));
    case 3:
      return snapshot_name(Slot{input.below(4)});
    default:
      return std::string("segment-0000000000000001.log.new").substr(0, input.below(33));
  }
}

void add_a_file(MemoryFiles& files, Input& input) {
  std::vector<std::byte>& file = files[any_name(input)];
  file.resize(input.below(4) == 0 ? input.below(70'000) : kBlockSize * input.below(20));
  const std::span<const std::byte> bytes = input.bytes(input.below(256));
  std::copy_n(bytes.begin(), std::min(bytes.size(), file.size()), file.begin());
}

MemoryFiles any_files(Input& input) {
  Input about_changes = input.take_end(256);
  MemoryFiles files;
  if (about_changes.below(4) != 3) {
    WrittenLog written(input);
    require_empty(written.append_some());
    if (input.below(2) == 1) require_empty(written.append_and_crash());
    files = written.files();
  }
  for (std::uint64_t changes = about_changes.below(16); changes > 0; --changes) {
    if (files.empty() || about_changes.below(8) == 7) add_a_file(files, about_changes);
    auto file = files.begin();
    std::advance(file, static_cast<std::ptrdiff_t>(about_changes.below(files.size())));
    forge(file->first, file->second, about_changes);
  }
  return files;
}

bool open_and_append(MemoryFiles& files) {
  MemoryDisk disk(files);
  const Opened opened = open_log(disk, small_options());
  require((opened.log == nullptr) != opened.problem.empty(), "a log and a problem, or neither");
  if (!opened.log) return false;
  KeptRecord record = accept_of(1, 5'000);
  require(wait_durable(*opened.log, disk, append(*opened.log, record)), "it is not durable");
  return true;
}

}  // namespace
}  // namespace decree::wal

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace decree::wal;
  decree::Input input(data, size);
  MemoryFiles files = any_files(input);
  if (open_and_append(files)) open_and_append(files);
  return 0;
}
