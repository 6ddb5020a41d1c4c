// A log that was really written, and then what disks and people do to its files. The input says
// what is appended, what is durable when the power goes, and what is done to which bytes.
#include <utility>

#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "tests/wal/damage.h"
#include "tests/wal/judgement.h"

namespace decree::wal {
namespace {

constexpr std::uint64_t kMostChanges = 12;
constexpr std::size_t kDamageBytes = 96;  // of the input

std::string write(WrittenLog& log, Input& input) {
  std::string problem;
  for (std::uint64_t openings = 1 + input.below(4); problem.empty() && openings > 0; --openings) {
    const bool crashes = input.below(2) == 1;
    problem = crashes ? log.append_and_crash() : log.append_some();
  }
  if (problem.empty() && input.below(2) == 1) problem = log.look();
  return problem;
}

void hurt(MemoryFiles& files, const MemoryFiles& then, Input& input) {
  Damage damage(input, files, [](const std::string&) { return true; });
  for (std::uint64_t changes = input.below(kMostChanges + 1); changes > 0; --changes) {
    switch (input.below(8)) {
      case 0:
        damage.hurt_a_file();
        break;
      case 1:
        damage.lose_a_write(then);
        break;
      default:
        damage.hurt_a_block();
    }
  }
}

/// A bad block in a file that waits to be used again comes to light when it is, see
/// docs/log-format.md.
bool waits_in_vain(const WrittenLog& written, const MemoryFiles& damaged, const LogStart& start) {
  for (const auto& [name, bytes] : damaged) {
    const auto number = segment_number(name);
    const auto before = written.files().find(name);
    const bool same = before != written.files().end() && before->second == bytes;
    if (number && *number < start.segment && !same) return true;
  }
  return false;
}

void run(Input& input) {
  Input about_damage = input.take_end(kDamageBytes);
  WrittenLog written(input);
  require_empty(write(written, input));
  const MemoryFiles then = written.files();
  require_empty(input.below(4) == 1 ? written.append_some() : "");
  MemoryFiles damaged = written.files();
  hurt(damaged, then, about_damage);

  const Judgement judgement(written, damaged);
  MemoryFiles files = damaged;
  MemoryDisk disk(files);
  Opened opened = open_log(disk, small_options());
  require_empty(judgement.of(opened, files));
  if (!opened.log || waits_in_vain(written, damaged, opened.log->start())) return;
  require_empty(judge_next_opening(std::move(opened), disk, files));
}

}  // namespace
}  // namespace decree::wal

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decree::Input input(data, size);
  decree::wal::run(input);
  return 0;
}
