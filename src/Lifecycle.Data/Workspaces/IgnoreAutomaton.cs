using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// A row of steps, each taking one character of a set, some of them repeatedly, some groups of them optional. All places a match can be in
/// are followed at once as bits, so nothing is ever tried twice.
/// </summary>
internal sealed class IgnoreAutomaton
{
    private const int Ascii = 128;
    private const int Bits = 64;

    private readonly CharacterSet[] _sets;
    private readonly (int From, int To)[] _skips;
    private readonly int _words;
    private readonly ulong[] _loops;
    private readonly ulong[] _accepts; // _words for every ASCII character
    private readonly ulong[] _start;

    private IgnoreAutomaton(CharacterSet[] sets, bool[] loops, (int From, int To)[] skips)
    {
        _sets = sets;
        _skips = skips;
        _words = (sets.Length / Bits) + 1;
        _loops = new ulong[_words];
        for (int i = 0; i < sets.Length; i++)
        {
            _loops[i / Bits] |= loops[i] ? 1UL << (i % Bits) : 0;
        }

        _accepts = new ulong[Ascii * _words];
        for (int c = 0; c < Ascii; c++)
        {
            Accepting(c, _accepts.AsSpan(c * _words, _words));
        }

        _start = new ulong[_words];
        _start[0] = 1;
        Close(_start);
    }

    public bool Matches(ReadOnlySpan<char> path)
    {
        Span<ulong> state = _words <= 16 ? stackalloc ulong[_words] : new ulong[_words];
        Span<ulong> other = _words <= 16 ? stackalloc ulong[_words] : new ulong[_words];
        _start.CopyTo(state);
        foreach (Rune rune in path.EnumerateRunes())
        {
            scoped ReadOnlySpan<ulong> accepts;
            if (rune.Value < Ascii)
            {
                accepts = _accepts.AsSpan(rune.Value * _words, _words);
            }
            else
            {
                Accepting(rune.Value, other);
                accepts = other;
            }

            ulong carry = 0;
            ulong any = 0;
            for (int w = 0; w < state.Length; w++)
            {
                ulong taken = state[w] & accepts[w];
                ulong stay = taken & _loops[w];
                ulong go = taken & ~_loops[w];
                state[w] = stay | (go << 1) | carry;
                carry = go >> (Bits - 1);
                any |= state[w];
            }

            if (any == 0)
            {
                return false;
            }

            Close(state);
        }

        return (state[_sets.Length / Bits] >> (_sets.Length % Bits) & 1) != 0;
    }

    private void Accepting(int character, Span<ulong> words)
    {
        words.Clear();
        for (int i = 0; i < _sets.Length; i++)
        {
            words[i / Bits] |= _sets[i].Contains(character) ? 1UL << (i % Bits) : 0;
        }
    }

    // A repeated step may be left without a character, an optional group jumped over. Both lead forward only.
    private void Close(Span<ulong> state)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            ulong carry = 0;
            for (int w = 0; w < state.Length; w++)
            {
                ulong left = state[w] & _loops[w];
                ulong next = state[w] | (left << 1) | carry;
                carry = left >> (Bits - 1);
                changed |= next != state[w];
                state[w] = next;
            }

            foreach ((int from, int to) in _skips)
            {
                if ((state[from / Bits] >> (from % Bits) & 1) != 0 && (state[to / Bits] >> (to % Bits) & 1) == 0)
                {
                    state[to / Bits] |= 1UL << (to % Bits);
                    changed = true;
                }
            }
        }
    }

    public sealed class Builder
    {
        private readonly List<CharacterSet> _sets = [];
        private readonly List<bool> _loops = [];
        private readonly List<(int From, int To)> _skips = [];

        public void Literal(int character) => Add(CharacterSet.Of(character), loop: false);

        public void Set(CharacterSet set) => Add(set, loop: false);

        /// <summary>One character that is not a slash.</summary>
        public void Name() => Add(CharacterSet.NotSlash, loop: false);

        /// <summary>Any number of characters that are not slashes; one such step in a row says it all.</summary>
        public void NameStar()
        {
            if (_loops.Count == 0 || !_loops[^1] || _sets[^1] != CharacterSet.NotSlash)
            {
                Add(CharacterSet.NotSlash, loop: true);
            }
        }

        public void NameRun()
        {
            Name();
            Add(CharacterSet.NotSlash, loop: true);
        }

        public void AnyStar() => Add(CharacterSet.Anything, loop: true);

        public void AnyRun()
        {
            Add(CharacterSet.Anything, loop: false);
            AnyStar();
        }

        public void Optional(Action<Builder> group)
        {
            int from = _sets.Count;
            group(this);
            _skips.Add((from, _sets.Count));
        }

        public IgnoreAutomaton Build() => new([.. _sets], [.. _loops], [.. _skips]);

        private void Add(CharacterSet set, bool loop)
        {
            _sets.Add(set);
            _loops.Add(loop);
        }
    }
}
