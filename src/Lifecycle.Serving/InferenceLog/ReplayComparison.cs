using System.Globalization;
using System.Runtime.InteropServices;

namespace Lifecycle.Serving;

/// <summary>Compares logged outputs with new ones and counts. An output that was dropped from the log or redacted is not compared.</summary>
internal sealed class ReplayComparison(int mostDifferences)
{
    private readonly List<ReplayDifference> _first = [];
    private long _equal;
    private long _different;
    private long _errors;
    private long _skipped;
    private double _maximum;

    public void Skip() => _skipped++;

    public void Fail(InferenceRecord record, Exception error)
    {
        _errors++;
        Tell(record, $"{error.GetType().Name}: {error.Message}");
    }

    public void Compare(InferenceRecord record, TensorSet outputs)
    {
        string? difference = null;
        foreach ((string name, TensorValue logged) in record.Outputs!)
        {
            if (!record.RedactedColumns.Contains(name))
            {
                string? found = !outputs.TryGet(name, out TensorValue? now) ? "it is gone"
                    : logged.Type != now.Type || logged.Shape != now.Shape
                        ? $"{logged.Type.ProtocolName()}{logged.Shape} is {now.Type.ProtocolName()}{now.Shape} now"
                        : Difference(logged, now);
                difference ??= found is null ? null : $"output '{name}': {found}";
            }
        }

        if (difference is null)
        {
            _equal++;
        }
        else
        {
            _different++;
            Tell(record, difference);
        }
    }

    public ReplayReport Report(string model, string version) => new(model, version)
    {
        Records = _equal + _different + _errors + _skipped,
        Equal = _equal,
        Different = _different,
        Errors = _errors,
        Skipped = _skipped,
        MaximumDifference = _maximum,
        First = _first,
    };

    private void Tell(InferenceRecord record, string text)
    {
        if (_first.Count < mostDifferences)
        {
            _first.Add(new ReplayDifference(record.RequestId, record.Stamp.Version, text));
        }
    }

    // The first place that differs; all places count for the largest difference.
    private string? Difference(TensorValue logged, TensorValue now)
    {
        if (logged.Type == TensorElementType.Bytes)
        {
            for (int i = 0; i < logged.Count; i++)
            {
                if (!logged.Texts[i].Span.SequenceEqual(now.Texts[i].Span))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"element {i} is another text");
                }
            }

            return null;
        }

        ReadOnlySpan<byte> then = logged.Raw, today = now.Raw;
        if (then.SequenceEqual(today))
        {
            return null;
        }

        string? first = null;
        int size = logged.Type.Size();
        for (int i = 0; i < logged.Count; i++)
        {
            if (!then.Slice(i * size, size).SequenceEqual(today.Slice(i * size, size)))
            {
                (double a, double b) = (Number(logged, i), Number(now, i));
                if (double.IsNaN(a) && double.IsNaN(b))
                {
                    // the log knows one NaN only
                    continue;
                }

                double apart = Math.Abs(a - b);
                _maximum = double.IsFinite(apart) ? Math.Max(_maximum, apart) : _maximum;
                first ??= string.Create(CultureInfo.InvariantCulture, $"element {i} was {a} and is {b}");
            }
        }

        return first;
    }

    private static double Number(TensorValue value, int i) => value.Type switch
    {
        TensorElementType.Boolean or TensorElementType.UInt8 => value.Raw[i],
        TensorElementType.UInt16 => value.Span<ushort>()[i],
        TensorElementType.UInt32 => value.Span<uint>()[i],
        TensorElementType.UInt64 => value.Span<ulong>()[i],
        TensorElementType.Int8 => value.Span<sbyte>()[i],
        TensorElementType.Int16 => value.Span<short>()[i],
        TensorElementType.Int32 => value.Span<int>()[i],
        TensorElementType.Int64 => value.Span<long>()[i],
        TensorElementType.Float16 => (double)value.Span<Half>()[i],
        TensorElementType.Float32 => value.Span<float>()[i],
        TensorElementType.Float64 => value.Span<double>()[i],
        _ => BFloat16.ToSingle(MemoryMarshal.Cast<byte, ushort>(value.Raw)[i]),
    };
}
