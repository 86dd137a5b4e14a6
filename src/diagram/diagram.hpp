/// @file
/// Boxes and arrows, as text that Mermaid and Graphviz draw.
#pragma once

#include <diptych/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::diagram {

/// What a box stands for; each has a form of its own.
enum class figure : std::uint8_t { command, event, state, view, process, channel, trouble };

struct box {
    std::string label;  ///< Lines end with '\n'.
    figure is = figure::event;
};

/// Between places among the boxes.
struct arrow {
    std::size_t from;
    std::size_t to;
    bool is_dashed = false;
};

struct drawing {
    std::vector<box> boxes = {};
    std::vector<arrow> arrows = {};
};

/// A Mermaid flowchart, from left to right.
std::string to_mermaid(drawing const& of);

/// A digraph of Graphviz, from left to right.
std::string to_dot(drawing const& of);

/// The digraph as SVG, drawn by the program `dot`. Blocking. Fails with not_found if there is no
/// such program here, failed if it does not draw it.
result<std::string> draw_svg(std::string_view dot);

}  // namespace diptych::diagram
