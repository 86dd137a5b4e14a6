#include "app/build_id.hpp"

#include "base/hex.hpp"

#include <cstddef>
#include <cstring>
#include <elf.h>
#include <link.h>

namespace diptych::app {

namespace {

constexpr std::size_t aligned(std::size_t size) { return (size + 3) / 4 * 4; }

/// Looks for the note of type NT_GNU_BUILD_ID among the notes of one segment.
std::string id_among(char const* notes, std::size_t size) {
    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        std::memcpy(&head, notes, sizeof head);
        auto const* const name = notes + sizeof head;
        auto const* const bytes = name + aligned(head.n_namesz);
        auto const whole = sizeof head + aligned(head.n_namesz) + aligned(head.n_descsz);
        if (whole > size) break;
        if (head.n_type == NT_GNU_BUILD_ID && std::strncmp(name, "GNU", head.n_namesz) == 0) {
            return hex_of({bytes, head.n_descsz});
        }
        notes += whole;
        size -= whole;
    }
    return {};
}

/// Called for each loaded object; the program itself is the first.
int look_into(dl_phdr_info* object, std::size_t, void* found) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        auto const& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_NOTE) continue;
        auto const* const notes =  // NOLINTNEXTLINE(performance-no-int-to-ptr): it is an address
            reinterpret_cast<char const*>(object->dlpi_addr + segment.p_vaddr);
        if (auto id = id_among(notes, segment.p_memsz); !id.empty())
            *static_cast<std::string*>(found) = std::move(id);
    }
    return 1;
}

}  // namespace

std::string build_id_of_this_program() {
    std::string found;
    ::dl_iterate_phdr(look_into, &found);
    return found;
}

}  // namespace diptych::app
