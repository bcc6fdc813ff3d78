using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lifecycle.Data;

/// <summary>Rows as CSV: comma, LF, quotes where needed; null is the empty field and an empty text is <c>""</c>.</summary>
internal sealed class CsvText
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);
    private bool _begun;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Clear() => _bytes.ResetWrittenCount();

    public void EndRow()
    {
        Put((byte)'\n');
        _begun = false;
    }

    /// <summary>A field; null is empty.</summary>
    public void Field(string? text)
    {
        Separate();
        if (text is null)
        {
            return;
        }

        if (text.Length > 0 && !text.AsSpan().ContainsAny(Special))
        {
            Encoding.UTF8.GetBytes(text, _bytes);
            return;
        }

        Put((byte)'"');
        Encoding.UTF8.GetBytes(text.Replace("\"", "\"\"", StringComparison.Ordinal), _bytes);
        Put((byte)'"');
    }

    /// <summary>A cell in its canonical text; it is not null.</summary>
    public void Cell(BatchColumn column, int row)
    {
        switch (column)
        {
            case BatchColumn<string> texts:
                Field(texts.Values.Span[row]);
                break;
            case BatchColumn<long> longs:
                Format(longs.Values.Span[row]);
                break;
            case BatchColumn<double> doubles:
                Format(doubles.Values.Span[row]);
                break;
            case BatchColumn<int> ints:
                Format(ints.Values.Span[row]);
                break;
            default:
                Field(column.Text(row));
                break;
        }
    }

    private void Format<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Separate();
        Span<byte> span = _bytes.GetSpan(64);
        if (!value.TryFormat(span, out int written, default, CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException("A number has more than 64 characters.");
        }

        _bytes.Advance(written);
    }

    private void Separate()
    {
        if (_begun)
        {
            Put((byte)',');
        }

        _begun = true;
    }

    private void Put(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}
