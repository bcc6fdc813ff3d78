using System.Globalization;
using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Profiles as JSON and back. What is read is written as a file and read again, so that both forms are held to the same rules.</summary>
internal static class ProfileJson
{
    private const long MostCount = long.MaxValue >> 14;

    public static byte[] Write(ReferenceProfile profile) => JsonSerializer.SerializeToUtf8Bytes(
        new ProfileDocument { Schema = ReferenceProfile.JsonSchema, Rows = profile.Rows, Columns = [.. profile.Columns.Select(Column)] },
        ProfileJsonContext.Default.ProfileDocument);

    public static ReferenceProfile Read(ReadOnlySpan<byte> json)
    {
        ProfileDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, ProfileJsonContext.Default.ProfileDocument);
        }
        catch (JsonException error)
        {
            throw new ProfileFormatException(error.BytePositionInLine ?? 0, error.Path ?? "json", $"it is not the JSON of a profile: {error.Message}");
        }

        if (document?.Schema != ReferenceProfile.JsonSchema)
        {
            throw Error("schema", $"it says '{document?.Schema}' and this package reads {ReferenceProfile.JsonSchema}. Update Lifecycle.Drift when it is newer");
        }

        ReferenceColumn[] columns = [.. document.Columns.Select(c => Column(c ?? throw Error("columns", "a column is null")))];
        return columns.DistinctBy(c => c.Name).Count() == columns.Length && document.Rows >= 0
            ? ProfileReader.Read(ProfileWriter.Write(new ReferenceProfile(document.Rows, columns)))
            : throw Error("columns", "a column stands twice, or the number of rows is negative");
    }

    private static ColumnDocument Column(ReferenceColumn column)
    {
        ColumnDocument document = new()
        {
            Name = column.Name,
            Role = column.Role,
            Kind = column.Kind,
            Count = column.Count,
            Missing = column.Missing,
            PositiveInfinite = column.PositiveInfinite,
            NegativeInfinite = column.NegativeInfinite,
            Cardinality = column.Cardinality?.ToBytes(),
            Sections = column.Unknown.Count == 0 ? null : [.. column.Unknown.Select(u => new SectionDocument(u.Type, u.Payload))],
        };
        return column is NumericColumn numeric ? Numeric(document, numeric) : Category(document, (CategoryColumn)column);
    }

    private static ColumnDocument Numeric(ColumnDocument document, NumericColumn column)
    {
        NumericSketches sketches = column.Sketches;
        bool isSketched = sketches.Quantiles is not null;
        return document with
        {
            Fractional = sketches.Fractional,
            Minimum = column.Count == 0 ? null : column.Minimum,
            Maximum = column.Count == 0 ? null : column.Maximum,
            Mean = column.Count == 0 ? null : column.Mean,
            SquaredDeviations = column.Count == 0 ? null : column.SquaredDeviations,
            DeclaredMinimum = column.DeclaredMinimum,
            DeclaredMaximum = column.DeclaredMaximum,
            Unit = sketches.Unit,
            Grid = isSketched ? null : new GridDocument
            {
                IsValues = column.Grid.IsValues,
                Low = double.IsNaN(column.Grid.Low) ? null : column.Grid.Low,
                High = double.IsNaN(column.Grid.High) ? null : column.Grid.High,
                Edges = column.Grid.EdgeArray,
                Coarse = column.Grid.Coarse,
                Counts = column.CountArray,
                Offsets = column.Offsets.ToArray(),
            },
            RankError = sketches.RankError > 0 ? sketches.RankError : null,
            MassError = sketches.MassError > 0 ? sketches.MassError : null,
            TopValues = sketches.TopValues.Length == 0 ? null : sketches.TopValues,
            Quantiles = sketches.Quantiles?.ToBytes(),
            Resolution = isSketched ? sketches.Resolution : null,
            Histogram = sketches.Histogram,
        };
    }

    private static ColumnDocument Category(ColumnDocument document, CategoryColumn column) => document with
    {
        Labels = [.. column.Labels.Select(l => new LabelDocument(l.Hash.ToString("x16", CultureInfo.InvariantCulture), l.Text, l.Count, l.Error > 0 ? l.Error : null))],
        OtherCount = column.OtherCount,
        OtherLabels = column.OtherLabels,
        OtherSingletons = column.OtherSingletons,
    };

    private static ReferenceColumn Column(ColumnDocument document)
    {
        string name = document.Name is { Length: > 0 } some ? some : throw Error("name", "a column has no name");
        long[] counts = [document.Count, document.Missing, document.PositiveInfinite, document.NegativeInfinite, document.Fractional ?? 0];
        if (counts.Any(c => c is < 0 or > MostCount))
        {
            throw Error("count", $"a count of the column '{name}' is negative or larger than any table");
        }

        (byte Type, byte[] Payload)[] unknown = [.. (document.Sections ?? []).Select(s => s is { Payload: { } payload, Type: var type } && !ProfileReader.IsKnown(type)
            ? (type, payload)
            : throw Error("sections", $"a section of the column '{name}' is not one of a newer version"))];
        if (unknown.DistinctBy(u => u.Type).Count() < unknown.Length)
        {
            throw Error("sections", $"a section of the column '{name}' stands twice");
        }

        try
        {
            return document.Kind == ColumnKind.Category ? Category(document, name, unknown) : Numeric(document, name, unknown);
        }
        catch (FormatException error)
        {
            throw Error("sketch", $"the column '{name}': {error.Message}");
        }
    }

    private static NumericColumn Numeric(ColumnDocument document, string name, IReadOnlyList<(byte Type, byte[] Payload)> unknown)
    {
        QuantileSketch? quantiles = document.Quantiles is { } bytes ? QuantileSketch.FromBytes(bytes) : null;
        GridDocument bins = document.Grid ?? (quantiles is not null ? new GridDocument() : throw Error("grid", $"the column '{name}' has neither bins nor quantiles"));
        NumericGrid grid = new([.. bins.Edges], [.. bins.Coarse], bins.IsValues, bins.Low ?? double.NaN, bins.High ?? double.NaN);
        if (bins.Counts.Any(c => c is < 0 or > MostCount))
        {
            throw Error("counts", $"a bin of the column '{name}' is negative or larger than any table");
        }

        return new NumericColumn(name, document.Role, document.Kind, grid, [.. bins.Counts], [.. bins.Offsets])
        {
            Count = document.Count,
            Missing = document.Missing,
            PositiveInfinite = document.PositiveInfinite,
            NegativeInfinite = document.NegativeInfinite,
            Minimum = document.Minimum ?? double.NaN,
            Maximum = document.Maximum ?? double.NaN,
            Mean = document.Mean ?? double.NaN,
            SquaredDeviations = document.SquaredDeviations ?? 0,
            DeclaredMinimum = document.DeclaredMinimum,
            DeclaredMaximum = document.DeclaredMaximum,
            Unknown = unknown,
            Sketches = new NumericSketches
            {
                Histogram = document.Histogram,
                Cardinality = document.Cardinality is { } registers ? CardinalitySketch.FromBytes(registers) : null,
                TopValues = [.. document.TopValues ?? []],
                Quantiles = quantiles,
                Resolution = document.Resolution ?? 0,
                Fractional = document.Fractional,
                Unit = document.Unit,
                RankError = document.RankError ?? 0,
                MassError = document.MassError ?? 0,
            },
        };
    }

    private static CategoryColumn Category(ColumnDocument document, string name, IReadOnlyList<(byte Type, byte[] Payload)> unknown)
    {
        HashSet<ulong> hashes = [];
        CategoryLabel[] labels = [.. (document.Labels ?? []).Select(l =>
            ulong.TryParse(l?.Hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hash) && hashes.Add(hash)
            && l.Count is >= 0 and <= MostCount && l.Error is null or >= 0
                ? new CategoryLabel(hash, l.Text, l.Count) { Error = l.Error ?? 0 }
                : throw Error("labels", $"a label of the column '{name}' stands twice, has no hash or a wrong count"))];
        long[] others = [document.OtherCount ?? 0, document.OtherLabels ?? 0, document.OtherSingletons ?? 0];
        return others.All(o => o is >= 0 and <= MostCount) && labels.Length <= CategoryColumn.MostLabels
            ? new CategoryColumn(name, document.Role, labels, others[0], others[1], others[2])
            {
                Missing = document.Missing,
                PositiveInfinite = document.PositiveInfinite,
                NegativeInfinite = document.NegativeInfinite,
                Labelled = document.Cardinality is { } registers ? CardinalitySketch.FromBytes(registers) : null,
                Unknown = unknown,
            }
            : throw Error("labels", $"the column '{name}' has too many labels or a wrong count of others");
    }

    private static ProfileFormatException Error(string field, string message) => new(0, field, message);
}
