using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

// Rows that are lines: of JSON, or of CSV.
internal sealed partial class InstanceRows
{
    /// <summary>Reads lines of JSON, each one row. Empty lines are no rows.</summary>
    /// <returns>Number of rows.</returns>
    /// <exception cref="InferenceWireException">400, naming the row; 501 for a model without rows.</exception>
    public int ReadJsonLines(InferenceRequest request, TensorSignature signature)
    {
        request.Begin();
        RowPlan plan = new(signature);
        ReadOnlyMemory<byte> body = JsonCursor.Unmarked(request.Body.Memory);
        JsonCursor.CheckUtf8(body.Span);
        request.Scratch.Reserve(body.Span.Contains((byte)'\\') ? body.Length : 0);
        int rows = 0;
        ReadOnlyMemory<byte> first = default;
        for (ReadOnlyMemory<byte> rest = body; NextLine(ref rest, out ReadOnlyMemory<byte> line);)
        {
            first = rows == 0 ? line : first;
            RowPlan.CheckRows(++rows, options);
        }

        if (rows == 0)
        {
            throw InferenceWireException.Bad("The body is empty; send one line of JSON a row.");
        }

        if (plan.IsOpen)
        {
            Line(request, first, plan, 0, isMeasuring: true);
        }

        plan.Prepare(request, rows, options);
        int row = 0;
        for (ReadOnlyMemory<byte> rest = body; NextLine(ref rest, out ReadOnlyMemory<byte> line);)
        {
            Line(request, line, plan, row++, isMeasuring: false);
        }

        request.Seal();
        return rows;
    }

    /// <summary>Reads CSV without a header: the columns are the elements of the inputs in the order of the signature. Empty lines are no rows.</summary>
    /// <returns>Number of rows.</returns>
    /// <exception cref="InferenceWireException">400, naming the row; 501 for a model without rows, or with sizes that a table cannot tell.</exception>
    public int ReadCsv(InferenceRequest request, TensorSignature signature)
    {
        request.Begin();
        RowPlan plan = new(signature);
        if (plan.IsOpen)
        {
            throw InferenceWireException.Unsupported($"The model takes {string.Join(", ", plan.Inputs)}, whose sizes the columns of CSV cannot tell; send JSON.");
        }

        ReadOnlyMemory<byte> body = JsonCursor.Unmarked(request.Body.Memory);
        JsonCursor.CheckUtf8(body.Span);
        request.Scratch.Reserve(body.Span.Contains((byte)'"') ? body.Length : 0);
        int rows = 0;
        for (CsvCursor counting = new(body, request.Scratch); counting.NextRow(); counting.SkipRow())
        {
            RowPlan.CheckRows(++rows, options);
        }

        if (rows == 0)
        {
            throw InferenceWireException.Bad("The body is empty; send one line of CSV a row, without a header.");
        }

        plan.Prepare(request, rows, options);
        CsvCursor csv = new(body, request.Scratch);
        for (int row = 0; csv.NextRow(); row++)
        {
            CsvRow(ref csv, plan, row);
        }

        request.Seal();
        return rows;
    }

    private static bool NextLine(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> line)
    {
        while (!rest.IsEmpty)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r'))
            {
                return true;
            }
        }

        line = default;
        return false;
    }

    private void Line(InferenceRequest request, ReadOnlyMemory<byte> line, RowPlan plan, int row, bool isMeasuring)
    {
        try
        {
            JsonCursor json = new(line, request.Scratch, options.MaxJsonDepth);
            json.Read();
            Row(request, ref json, plan, row, isMeasuring);
            json.Read();
        }
        catch (JsonException error)
        {
            throw InferenceWireException.Bad($"Row {row}: {JsonCursor.Explain(error, line.Span).Message}");
        }
    }

    private void CsvRow(ref CsvCursor csv, RowPlan plan, int row)
    {
        int columns = 0;
        for (int i = 0; i < plan.Inputs.Count; i++)
        {
            columns += plan.Count(i);
        }

        int came = 0;
        int input = 0;
        int element = 0;
        while (csv.NextField(row, out ReadOnlyMemory<byte> field))
        {
            if (came++ >= columns)
            {
                continue;
            }

            while (element == plan.Count(input))
            {
                input++;
                element = 0;
            }

            TensorPlace place = new(plan.Inputs[input].Name, row);
            TensorTextReader.One(field, plan.Value(input), (row * plan.Count(input)) + element++, place, options.MaxTextBytes);
        }

        if (came != columns)
        {
            throw InferenceWireException.Bad($"Row {row} has {came} columns and the model takes {columns}: {string.Join(", ", plan.Inputs)}; send them in this order, without a header.");
        }
    }
}
