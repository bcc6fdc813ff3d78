using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What rows of scores and labels must hold; errors name column and row.</summary>
internal static class RowCheck
{
    public static void Scores(ReadOnlySpan<double> values, string column)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] is >= 0 and <= 1))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"Row {i} of the {column} is {values[i]}; a probability lies in [0, 1], for example 0.25."));
            }
        }
    }

    public static bool[] Labels(ReadOnlySpan<double> labels)
    {
        bool[] positive = new bool[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            positive[i] = labels[i] switch
            {
                0 => false,
                1 => true,
                _ => throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"Row {i} of the labels is {labels[i]}; a label is 0 or 1 (1 is the positive class).")),
            };
        }

        return positive;
    }

    public static void Weights(ReadOnlySpan<double> weights)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0 && double.IsFinite(weights[i])))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"Row {i} of the weights is {weights[i]}; a weight is finite and at least 0."));
            }
        }
    }

    public static void Lengths(int scores, int others, ReadOnlySpan<bool> predicted)
    {
        if (scores != others || (!predicted.IsEmpty && predicted.Length != scores))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{scores} scores, {others} labels or probabilities{(predicted.IsEmpty ? "" : $", {predicted.Length} predictions")} do not belong together."));
        }
    }
}
