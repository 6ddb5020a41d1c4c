#include "tests/disk/faults.h"

#include <fnmatch.h>

#include <map>
#include <sstream>
#include <utility>

namespace decree::tests {
namespace {

constexpr std::int64_t kAnyBlock = -1;

using Kind = Fault::Kind;

const std::map<std::string, Kind, std::less<>> kKinds{
    {"none", Kind::none},
    {"stall", Kind::stall},
    {"read_error", Kind::read_error},
    {"read_flip", Kind::read_flip},
    {"write_error", Kind::write_error},
    {"write_short", Kind::write_short},
    {"write_lost", Kind::write_lost},
    {"write_moved", Kind::write_moved},
    {"no_space", Kind::no_space},
    {"read_only", Kind::read_only},
    {"sync_error", Kind::sync_error},
};

bool covers(const Operation& operation, std::int64_t block) {
  return block == kAnyBlock || (operation.offset <= block * kBlock &&
                                operation.offset + operation.size >= (block + 1) * kBlock);
}

bool concerns(const Fault& fault, const Operation& operation) {
  const bool writes = operation.kind == Operation::Kind::write;
  switch (fault.kind) {
    case Kind::none:
      return false;
    case Kind::stall:
      return true;
    case Kind::read_error:
    case Kind::read_flip:
      return operation.kind == Operation::Kind::read && covers(operation, fault.blocks);
    case Kind::write_error:
    case Kind::write_short:
    case Kind::write_lost:
      return writes && operation.size > fault.blocks * kBlock;
    case Kind::write_moved:
      return writes;
    case Kind::no_space:
    case Kind::read_only:
      return writes || operation.kind == Operation::Kind::change;
    case Kind::sync_error:
      return operation.kind == Operation::Kind::sync;
  }
  return false;
}

}  // namespace

bool Fault::parse(const std::string& line, Fault& fault) {
  std::istringstream words(line);
  std::string kind;
  if (!(words >> kind >> fault.pattern >> fault.times >> fault.blocks)) return false;
  const auto found = kKinds.find(kind);
  if (found == kKinds.end()) return false;
  fault.kind = found->second;
  return true;
}

void Faults::set(Fault fault) {
  {
    const std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
    ++generation_;
  }
  changed_.notify_all();
}

std::uint64_t Faults::hits() {
  const std::lock_guard lock(mutex_);
  return fault_.hits;
}

Fault::Kind Faults::befalling(const Operation& operation, std::int64_t& blocks) {
  std::unique_lock lock(mutex_);
  while (strikes(operation)) {
    ++fault_.hits;
    blocks = fault_.blocks;
    if (fault_.kind != Kind::stall) return fault_.kind;
    changed_.wait(lock, [&, stall = generation_] { return generation_ != stall; });
  }
  return Kind::none;
}

bool Faults::strikes(const Operation& operation) const {
  return (fault_.times == 0 || fault_.hits < fault_.times) && concerns(fault_, operation) &&
         operation.path != nullptr && ::fnmatch(fault_.pattern.c_str(), operation.path, 0) == 0;
}

}  // namespace decree::tests
