using System.Globalization;
using Lifecycle.Validation;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>
/// Both attacks on boosted trees over mortgage applications: rows of odd number that the model, trained on the others, gets right.
/// </summary>
internal static class AttackFigures
{
    private const int Attacked = 500;
    private static readonly string[] Numbers = ["pirat", "hirat", "lvrat", "unemp"];
    private static readonly string[] Texts = ["chist", "mhist", "phist", "selfemp", "insurance", "condomin", "afam", "single", "hschool"];

    public static IEnumerable<Figure> Measure()
    {
        (EvaluationSet set, BatchPredictor model) = Applications();
        AttackResult greedy = Run(new GreedyCoordinateAttack(maxFeatures: 3) { Budget = new(1_000), MaxCost = 1 }, set, model);
        AttackResult walk = Run(new HopSkipJumpAttack() { Budget = new(2_000), MaxCost = 1 }, set, model);
        yield return new Figure(
            "validation.attack.greedy.vs_hopskipjump", greedy.SuccessRate.Value / walk.SuccessRate.Value, "x", AtLeast: true, 1);
        yield return new Figure(
            "validation.attack.violations", Violations(greedy, set) + Violations(walk, set), "count", AtLeast: false, 0);
    }

    private static AttackResult Run(Attack attack, EvaluationSet set, BatchPredictor model)
    {
        AttackResult result = null!;
        double seconds = RatioRunner.Time(() => result = attack.RunAsync(set, model).AsTask().GetAwaiter().GetResult());
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{attack.Kind}: {result.Successes} of {result.Rows}, median cost {result.MedianCost:F3}, median queries {result.MedianQueries}, {result.ModelCalls} calls, {seconds:F1} s"));
        return result;
    }

    /// <summary>Broken rules in the returned rows, counted without the code that keeps them.</summary>
    private static int Violations(AttackResult result, EvaluationSet set)
    {
        if (result.ExampleRows is not { } rows)
        {
            return 0;
        }

        int broken = 0;
        for (int i = 0; i < rows.RowCount; i++)
        {
            int row = result.Examples[i].Row;
            double Cell(string name) => (double)rows[name][i]!;
            broken += Cell("pirat") is < 0 or > 3 ? 1 : 0;
            broken += Cell("lvrat") is < 0 or > 2 ? 1 : 0;
            broken += Cell("hirat") > Cell("pirat") ? 1 : 0;
            broken += Cell("unemp") != (double)set.FeatureNamed("unemp").Column[row]! ? 1 : 0;
            broken += rows["afam"].Text(i) != set.FeatureNamed("afam").Column.Text(row) || rows["phist"].Text(i) != set.FeatureNamed("phist").Column.Text(row) ? 1 : 0;
            broken += rows["insurance"].Text(i) is not ("no" or "yes") ? 1 : 0;
        }

        return broken;
    }

    private static (EvaluationSet Set, BatchPredictor Model) Applications()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv");
        string[][] lines = [.. File.ReadLines(file).Select(l => l.Split(',').Select(c => c.Trim('"')).ToArray())];
        Dictionary<string, int> at = lines[0].Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        string[][] rows = lines[1..];
        Dictionary<string, string[]> values = Texts.ToDictionary(t => t, t =>
            rows.Select(r => r[at[t]]).Distinct().Order(StringComparer.Ordinal).ToArray());
        ColumnBatch batch = new(
        [
            .. Numbers.Select(n =>
                BatchColumn.Of<double>(n, rows.Select(r => double.Parse(r[at[n]], CultureInfo.InvariantCulture)).ToArray())),
            .. Texts.Select(t => BatchColumn.Of<string>(t, rows.Select(r => r[at[t]]).ToArray())),
        ]);
        bool[] denied = [.. rows.Select(r => r[at["deny"]] == "yes")];
        float[][] inputs = Inputs(batch, values);
        MLContext context = new(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(
            inputs.Select((x, i) => new Input { Features = x, Label = denied[i] }).Where((_, i) => i % 2 == 0), Schema(inputs[0].Length));
        FastTreeBinaryTrainer trainer = context.BinaryClassification.Trainers.FastTree(
            new FastTreeBinaryTrainer.Options { NumberOfTrees = 100, NumberOfLeaves = 20, NumberOfThreads = 1 });
        BinaryPredictionTransformer<CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator>> trees = trainer.Fit(train);
        ValueTask Model(ColumnBatch asked, Memory<double> scores, CancellationToken token)
        {
            float[][] x = Inputs(asked, values);
            IDataView scored = trees.Transform(
                context.Data.LoadFromEnumerable(x.Select(f => new Input { Features = f }), Schema(x[0].Length)));
            float[] chances = [.. scored.GetColumn<float>("Probability")];
            for (int i = 0; i < chances.Length; i++)
            {
                scores.Span[i] = chances[i];
            }

            return ValueTask.CompletedTask;
        }

        double[] plain = new double[rows.Length];
        Model(batch, plain, default).AsTask().GetAwaiter().GetResult();
        EvaluationSet set = EvaluationSet.Of(denied, plain);
        foreach (BatchColumn column in batch.Columns)
        {
            set = set.Feature(column, f => column.Name switch
            {
                "pirat" => f.Range(0, 3),
                "lvrat" => f.Range(0, 2),
                "unemp" or "afam" or "phist" => f.Immutable(),
                "insurance" => f.OneOf("no", "yes"),
                _ => f,
            });
        }

        int[] right = [.. Enumerable.Range(0, rows.Length).Where(i =>
            i % 2 == 1 && set.Predictions[i] == denied[i] && (double)batch["hirat"][i]! <= (double)batch["pirat"][i]!).Take(Attacked)];
        return (set.LessOrEqual("hirat", "pirat").Rows(right), Model);
    }

    private static SchemaDefinition Schema(int width)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Input));
        schema[nameof(Input.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return schema;
    }

    private static float[][] Inputs(ColumnBatch rows, Dictionary<string, string[]> values)
    {
        double[][] numbers = [.. Numbers.Select(n => rows[n].ToDoubles())];
        ReadOnlyMemory<string>[] texts = [.. Texts.Select(t => rows.Column<string>(t).Values)];
        int width = numbers.Length + values.Values.Sum(v => v.Length);
        float[][] inputs = new float[rows.RowCount][];
        for (int i = 0; i < inputs.Length; i++)
        {
            float[] input = inputs[i] = new float[width];
            for (int c = 0; c < numbers.Length; c++)
            {
                input[c] = (float)numbers[c][i];
            }

            int from = numbers.Length;
            for (int c = 0; c < texts.Length; c++)
            {
                input[from + Array.IndexOf(values[Texts[c]], texts[c].Span[i])] = 1;
                from += values[Texts[c]].Length;
            }
        }

        return inputs;
    }

    private sealed class Input
    {
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
