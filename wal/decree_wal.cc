// decree-wal: verifies and prints the log of a closed directory. Changes nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "wal/listing.h"
#include "wal/log_start.h"
#include "wal/open_disk.h"
#include "wal/recovery.h"
#include "wal/segment_list.h"
#include "wal/snapshot_file.h"

namespace decree::wal {
namespace {

enum Exit { kGood = 0, kTorn = 1, kDamaged = 2, kLost = 3, kUnreadable = 4 };

int refuse(Exit code, const std::string& problem) {
  fmt::print(stderr, "decree-wal: {}\n", problem);
  return code;
}

void print_end(const Recovered& found) {
  fmt::print("end: {}, offset {}; last sequence {}, lsn {}\n", segment_name(found.end.segment),
             std::uint64_t{found.end.block} * kBlockSize, found.last.sequence, found.last.lsn);
}

int verdict(const Recovered& found, std::uint64_t damaged_snapshots) {
  if (!found.problem.empty()) return refuse(kLost, found.problem);
  const std::uint64_t places = found.holes + damaged_snapshots;
  if (places != 0) {
    return refuse(kDamaged, fmt::format("damaged in {} place(s): the replica gets back from its "
                                        "peers what is lost, before it votes, when it is started",
                                        places));
  }
  if (found.cut == 0) {
    fmt::print("good\n");
    return kGood;
  }
  fmt::print(
      "torn: {} unfinished batch(es) at the end, never acknowledged; the next opening cuts "
      "them off\n",
      found.cut);
  return kTorn;
}

/// The newest snapshot, and where it says that the log begins. Empty, or why that is not known.
std::string check_snapshot(Disk& disk, const IdentityRecord& identity, LogStart& start,
                           std::uint64_t& damaged) {
  std::vector<Slot> slots;
  if (const auto error = list_snapshots(disk, slots)) {
    return "the directory cannot be listed: " + error.message();
  }
  if (slots.empty()) return {};
  SnapshotFile file(disk);
  std::string problem = file.open(slots.back(), identity);
  if (!problem.empty()) return problem;
  start = start_of(file.header());
  const std::string damage = file.verify();
  if (damage.empty()) {
    fmt::print("snapshot: of slot {}, {} bytes\n", file.header().slot, file.header().bytes);
  } else {
    ++damaged;
    fmt::print("damaged: {}\n", damage);
  }
  return {};
}

int run(const std::string& directory, Listing& listing) {
  std::string problem;
  const std::unique_ptr<Disk> disk = open_disk_read_only(directory, problem);
  if (!disk) return refuse(kUnreadable, problem);
  IdentityRecord identity;
  problem = load_identity(*disk, identity);
  if (!problem.empty()) return refuse(kLost, problem);
  listing.on_identity(identity);
  LogStart start;
  std::uint64_t damaged = 0;
  problem = check_snapshot(*disk, identity, start, damaged);
  if (!problem.empty()) return refuse(kLost, problem);
  SegmentList list;
  problem = list_segments(*disk, identity, start.segment, list);
  if (!problem.empty()) return refuse(kLost, problem);
  const std::vector<Segment>& segments = list.needed;
  listing.on_segments(segments);
  if (segments.empty() && identity.epoch != 0) {
    return refuse(kLost, segment_name(start.segment) + " is missing");
  }
  if (segments.empty()) return kGood;
  SegmentReader reader(*disk);
  const Recovered found = recover(reader, identity, start.before, segments, listing);
  print_end(found);
  return verdict(found, damaged);
}

}  // namespace
}  // namespace decree::wal

int main(int argc, char** argv) {
  using decree::wal::Listing;
  CLI::App app{
      "Verifies and prints the log of a Decree replica that is not running. Changes nothing.\n"
      "Exit status: 0 good; 1 torn end, which is harmless; 2 damaged, and repaired from the peers "
      "at\nthe next start; 3 damaged so that the replica refuses to start; 4 not readable or wrong "
      "usage."};
  app.require_subcommand(1);
  std::string directory;
  bool records = false;
  bool hex = false;
  CLI::App* verify = app.add_subcommand("verify", "Read everything and say what is damaged");
  verify->add_option("directory", directory, "The log's directory")->required();
  CLI::App* dump = app.add_subcommand("dump", "The same, and print the segments and the batches");
  dump->add_option("directory", directory, "The log's directory")->required();
  dump->add_flag("--records", records, "Print each record, too");
  dump->add_flag("--hex", hex, "Print the bytes of each batch, too");
  try {
    app.parse(argc, argv);
    Listing listing(dump->parsed(), records, hex);
    return decree::wal::run(directory, listing);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : decree::wal::kUnreadable;
  } catch (const std::exception& error) {
    fmt::print(stderr, "decree-wal: {}\n", error.what());
    return decree::wal::kUnreadable;
  }
}
