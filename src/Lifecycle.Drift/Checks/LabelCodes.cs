using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Numbers for labels, from 0 on.</summary>
internal sealed class LabelCodes
{
    private readonly Dictionary<ulong, int> _codes = [];
    private readonly List<string?> _texts = [];

    public int Size => _texts.Count;

    public int Next()
    {
        _texts.Add(null);
        return _texts.Count - 1;
    }

    public void Name(int code, string? text) => _texts[code] = text ?? _texts[code];

    /// <summary>The first label in ordinal order of those asked for; -1 when a text of these is not known.</summary>
    public int First(bool[] wanted)
    {
        int first = -1;
        for (int code = 0; code < wanted.Length; code++)
        {
            if (!wanted[code])
            {
                continue;
            }

            if (_texts[code] is not { } text)
            {
                return -1;
            }

            first = first < 0 || string.CompareOrdinal(text, _texts[first]) < 0 ? code : first;
        }

        return first;
    }

    public int Of(ulong hash)
    {
        if (!_codes.TryGetValue(hash, out int code))
        {
            _codes.Add(hash, code = Next());
        }

        return code;
    }

    public int[] Of(IReadOnlyList<ulong?> hashes)
    {
        int[] codes = new int[hashes.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            Interruption.LookAt(i);
            codes[i] = hashes[i] is { } hash ? Of(hash) : -1;
        }

        return codes;
    }

    public int[] Of(IReadOnlyList<string?> labels)
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        int[] codes = new int[labels.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            Interruption.LookAt(i);
            if (labels[i] is not { } label)
            {
                codes[i] = -1;
                continue;
            }

            if (!seen.TryGetValue(label, out int code))
            {
                seen.Add(label, code = Of(LabelText.Hash(label)));
                Name(code, label);
            }

            codes[i] = code;
        }

        return codes;
    }

    public static Dictionary<int, long> Count(ReadOnlySpan<int> codes)
    {
        Dictionary<int, long> counts = [];
        for (int i = 0; i < codes.Length; i++)
        {
            Interruption.LookAt(i);
            int code = codes[i];
            if (code >= 0)
            {
                counts[code] = counts.GetValueOrDefault(code) + 1;
            }
        }

        return counts;
    }

    public static long[] Dense(Dictionary<int, long> counts, int size)
    {
        long[] dense = new long[size];
        foreach ((int code, long count) in counts)
        {
            dense[code] = count;
        }

        return dense;
    }
}
