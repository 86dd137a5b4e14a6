// The only place that starts another program.
#include "diagram/diagram.hpp"

#include <diptych/try.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace diptych::diagram {

namespace {

struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using file = std::unique_ptr<std::FILE, close_file>;

// A file without a name: it goes when it is closed.
result<file> unnamed_file() {
    file made(std::tmpfile());
    if (made) return made;
    return fail(errc::failed, "can not make a file: " + std::generic_category().message(errno));
}

}  // namespace

result<std::string> draw_svg(std::string_view dot) {
    DIPTYCH_TRY(auto const in, unnamed_file());
    if (std::fwrite(dot.data(), 1, dot.size(), in.get()) != dot.size() ||
        std::fflush(in.get()) != 0)
        return fail(errc::failed, "can not write what is to be drawn");
    // Open in the child, too: it reads it by its number.
    auto const command = "dot -Tsvg /dev/fd/" + std::to_string(::fileno(in.get())) + " 2>/dev/null";
    // NOLINTNEXTLINE(concurrency-mt-unsafe,cert-env33-c): the words are our own
    auto* const out = ::popen(command.c_str(), "r");
    if (out == nullptr) return fail(errc::failed, "can not start dot");
    std::string svg;
    char piece[4096];
    for (std::size_t read = 0; (read = std::fread(piece, 1, sizeof piece, out)) > 0;)
        svg.append(piece, read);
    auto const ended = ::pclose(out);
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 127)
        return fail(errc::not_found, "no_graphviz", "Graphviz (the program dot) is not installed");
    if (ended != 0 || svg.empty())
        return fail(
            errc::failed, "dot", "dot has not drawn it; it ended with " + std::to_string(ended)
        );
    return svg;
}

}  // namespace diptych::diagram
