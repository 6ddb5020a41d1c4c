#include "sim/configuration_set.h"

#include <utility>

namespace decree::sim {

bool ConfigurationSet::insert(const Configuration& configuration) {
  auto& group = groups_[Key{configuration.value, configuration.taken_effect}];
  for (const Configuration& other : group) {
    if (other.unknown_used.subset_of(configuration.unknown_used)) return false;
  }
  size_ -= std::erase_if(group, [&](const Configuration& other) {
    return configuration.unknown_used.subset_of(other.unknown_used);
  });
  group.push_back(configuration);
  ++size_;
  return true;
}

std::vector<Configuration> ConfigurationSet::take() {
  std::vector<Configuration> all;
  all.reserve(size_);
  for (auto& [key, group] : groups_) {
    for (Configuration& configuration : group) all.push_back(std::move(configuration));
  }
  groups_.clear();
  size_ = 0;
  return all;
}

}  // namespace decree::sim
