// The sequential specification that histories are compared with: one Redis string.
#ifndef DECREE_SIM_STRING_MODEL_H_
#define DECREE_SIM_STRING_MODEL_H_

#include <optional>

#include "sim/history.h"

namespace decree::sim {

/// The value after `operation` acts on `before`; nothing if it could not have answered what it did.
/// An operation that is not done has no answer to contradict.
std::optional<Value> take_effect(const Operation& operation, const Value& before);

/// True for operations that leave the value as it is.
constexpr bool only_reads(OperationKind kind) { return kind == OperationKind::get; }
/// True for operations that replace whatever was there.
constexpr bool overwrites(OperationKind kind) {
  return kind == OperationKind::set || kind == OperationKind::getset;
}

/// For a key that is never overwritten, so that its value only grows: false if `operation` could
/// not have answered what it did from `value` nor from anything that `value` can grow to.
bool still_possible(const Operation& operation, const Value& value);

}  // namespace decree::sim

#endif  // DECREE_SIM_STRING_MODEL_H_
