using System.Text;
using System.Text.Json;

namespace Lifecycle.Serving;

/// <summary>
/// What a model must answer, beside it in <c>golden.jsonl</c>: one <c>{"inputs":[..],"outputs":[..]}</c> a line, tensors as in the Open Inference Protocol V2.
/// Numbers must agree within 1e-6 + 1e-5 of their size, everything else exactly.
/// </summary>
internal sealed class GoldenExamples
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "golden.jsonl";

    private const int MostLines = 1_000;
    private const double Absolute = 1e-6;
    private const double Relative = 1e-5;

    private readonly List<JsonElement> _lines;

    private GoldenExamples(List<JsonElement> lines) => _lines = lines;

    /// <summary>No examples.</summary>
    public static GoldenExamples None { get; } = new([]);

    public bool IsEmpty => _lines.Count == 0;

    /// <summary>Reads the examples of a model.</summary>
    /// <exception cref="ModelRejectedException">A line is no example, or there are too many.</exception>
    public static GoldenExamples Of(ModelContent content)
    {
        ContentFile? file = content.Files.FirstOrDefault(f => f.Path == FileName || f.Path.EndsWith("/" + FileName, StringComparison.Ordinal));
        if (file is null)
        {
            return None;
        }

        List<JsonElement> lines = [];
        ReadOnlyMemory<byte> rest = file.Bytes;
        for (int number = 1; !rest.IsEmpty; number++)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
            {
                continue;
            }

            if (lines.Count == MostLines)
            {
                throw new ModelRejectedException($"golden: '{file.Path}' has more than {MostLines} examples");
            }

            lines.Add(Parse(file.Path, number, line));
        }

        return new GoldenExamples(lines);
    }

    /// <summary>Runs the examples and compares.</summary>
    /// <exception cref="ModelRejectedException">An answer differs, or an example does not fit the model.</exception>
    public void Check(LoadedModel model, CancellationToken cancellationToken, int most = int.MaxValue)
    {
        for (int i = 0; i < Math.Min(most, _lines.Count); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Check(model, _lines[i], cancellationToken);
            }
            catch (Exception error) when (error is InvalidInputException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                throw new ModelRejectedException($"golden: example {i + 1}: {error.Message}", error);
            }
        }
    }

    private static JsonElement Parse(string path, int number, ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("inputs", out _) && root.TryGetProperty("outputs", out _)
                ? root.Clone()
                : throw new JsonException("it has no 'inputs' and 'outputs'");
        }
        catch (JsonException error)
        {
            throw new ModelRejectedException($"golden: line {number} of '{path}' is no example: {error.Message}", error);
        }
    }

    private static void Check(LoadedModel model, JsonElement line, CancellationToken cancellationToken)
    {
        using TensorSet inputs = TensorJson.ReadAll(line.GetProperty("inputs"));
        using TensorSet expected = TensorJson.ReadAll(line.GetProperty("outputs"));
        using TensorSet outputs = new();
        model.Signature.Check(inputs);
        model.Run(inputs, outputs, cancellationToken);
        foreach ((string name, TensorValue value) in expected)
        {
            if (!outputs.TryGet(name, out TensorValue? actual))
            {
                if (model.LeavesOut(name))
                {
                    continue;
                }

                throw new InvalidInputException($"the model has no output '{name}'");
            }

            if (actual.Type != value.Type || actual.Shape != value.Shape)
            {
                throw new InvalidInputException($"'{name}' is {actual.Type.ProtocolName()}{actual.Shape}, expected {value.Type.ProtocolName()}{value.Shape}");
            }

            if (TensorComparison.FirstDifference(value, actual, Absolute, Relative) is >= 0 and int at)
            {
                throw new InvalidInputException($"'{name}' at {at} is {TensorComparison.Show(actual, at)}, expected {TensorComparison.Show(value, at)}");
            }
        }
    }
}
