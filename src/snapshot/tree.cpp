#include <map>

#include "snapshot/catalog.hpp"

namespace dksnap::snapshot {
namespace {

// Deeper ones are drawn at this depth: a line of thousands would be an indentation of megabytes.
constexpr std::size_t kDeepestIndent = 64;

struct Node {
  const Snapshot* snapshot = nullptr;
  const BuiltImage* built = nullptr;
};
using Nodes = std::vector<Node>;

// Lines in the order in which they are drawn; a stack of our own, since a line may be any length.
class TreeDrawer {
 public:
  explicit TreeDrawer(const std::map<const Snapshot*, Nodes>& below) : below_(below) {}

  void draw(const std::string& base, const Nodes& roots) {
    lines.push_back({nullptr, nullptr, base, 0, {}});
    push(roots, {}, 1);
    while (!open_.empty()) {
      const Open next = std::move(open_.back());
      open_.pop_back();
      lines.push_back({next.node.snapshot,
                       next.node.built,
                       {},
                       next.depth,
                       next.indent + (next.is_last ? "└─ " : "├─ ")});
      const auto found = below_.find(next.node.snapshot);
      if (next.node.snapshot == nullptr || found == below_.end()) continue;
      const bool deeper = next.depth < kDeepestIndent;
      push(found->second, deeper ? next.indent + (next.is_last ? "   " : "│  ") : next.indent,
           deeper ? next.depth + 1 : next.depth);
    }
  }

  std::vector<TreeLine> lines;

 private:
  struct Open {
    Node node;
    std::string indent;
    std::size_t depth = 0;
    bool is_last = false;
  };
  void push(const Nodes& nodes, const std::string& indent, std::size_t depth) {
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
      open_.push_back({*node, indent, depth, node == nodes.rbegin()});
  }

  const std::map<const Snapshot*, Nodes>& below_;
  std::vector<Open> open_;
};

}  // namespace

std::vector<TreeLine> Catalog::tree(std::string_view container) const {
  const auto is_chosen = [&](const auto& one) {
    return container.empty() || one.source == container;
  };
  std::map<const Snapshot*, Nodes> below;
  std::map<std::string, Nodes> roots;  // by base
  // Oldest first, so that a line grows downwards.
  for (auto one = all().rbegin(); one != all().rend(); ++one) {
    if (!is_chosen(*one)) continue;
    const Snapshot* parent = parent_of(*one);
    const bool hangs = parent != nullptr && is_chosen(*parent);
    (hangs ? below[parent] : roots[one->base]).push_back({&*one, nullptr});
  }
  for (const BuiltImage& image : built()) {
    if (!is_chosen(image)) continue;
    const Snapshot* snapshot = by_id(image.built_on);
    const bool hangs = snapshot != nullptr && is_chosen(*snapshot);
    (hangs ? below[snapshot] : roots[image.base]).push_back({nullptr, &image});
  }
  TreeDrawer drawer(below);
  for (const auto& [base, nodes] : roots) drawer.draw(base, nodes);
  return std::move(drawer.lines);
}

}  // namespace dksnap::snapshot
