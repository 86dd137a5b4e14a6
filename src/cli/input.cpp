#include "cli/input.hpp"

#include <diptych/try.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace diptych::cli {

result<std::unique_ptr<std::istream, void (*)(std::istream*)>> open_input(std::string const& file) {
    using owned = std::unique_ptr<std::istream, void (*)(std::istream*)>;
    if (file == "-") return owned(&std::cin, [](std::istream*) {});
    auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
    if (!*stream) return fail(errc::not_found, "can not read " + file);
    return owned(stream.release(), [](std::istream* one) { delete one; });
}

result<std::string> read_input(std::string const& file) {
    DIPTYCH_TRY(auto const from, open_input(file));
    return std::string(std::istreambuf_iterator<char>(*from), {});
}

}  // namespace diptych::cli
